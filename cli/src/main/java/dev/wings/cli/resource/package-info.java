/// `wings tenant|object-store|namespace|topic`: create, get, list and delete resources.
@NullMarked
package dev.wings.cli.resource;

import org.jspecify.annotations.NullMarked;
