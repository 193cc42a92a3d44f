/// What the ingestor's tests stand on: a control plane and an object store in memory that can be told to misbehave.
@NullMarked
package dev.wings.ingestor.testing;

import org.jspecify.annotations.NullMarked;
