/// `wings demo`: the platform with the example flights coming in.
@NullMarked
package dev.wings.cli.demo;

import org.jspecify.annotations.NullMarked;
