/// What is to be removed from object stores: references go first, objects later (I8). Start reading at
/// [dev.wings.controlplane.garbage.GarbageCollection], the rules; the state is behind
/// [dev.wings.controlplane.garbage.GarbageStore].
@NullMarked
package dev.wings.controlplane.garbage;

import org.jspecify.annotations.NullMarked;
