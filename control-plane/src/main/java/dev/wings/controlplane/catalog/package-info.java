/// The Iceberg catalog: namespaces, tables and views as the Iceberg REST specification has them, over the pointers of
/// [dev.wings.controlplane.lake.LakeMetadataStore] and metadata files in the namespaces' object stores.
///
/// Start reading at [dev.wings.controlplane.catalog.IcebergCatalog]. Failures are Iceberg's own exceptions where the
/// specification has one, else `WingsException`.
@NullMarked
package dev.wings.controlplane.catalog;

import org.jspecify.annotations.NullMarked;
