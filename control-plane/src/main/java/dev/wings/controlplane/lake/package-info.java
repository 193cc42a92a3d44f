/// What the Iceberg catalog keeps: names and pointers of tables and views, and properties of namespaces. Start
/// reading at [dev.wings.controlplane.lake.LakeMetadataStore].
@NullMarked
package dev.wings.controlplane.lake;

import org.jspecify.annotations.NullMarked;
