/// The whole of Wings from outside: the rules of its shape, the fleet as separate processes, real clients, faults.
@NullMarked
package dev.wings.integration;

import org.jspecify.annotations.NullMarked;
