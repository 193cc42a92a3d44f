@NullMarked
package dev.wings.controlplane.http;

import org.jspecify.annotations.NullMarked;
