@NullMarked
package dev.wings.client;

import org.jspecify.annotations.NullMarked;
