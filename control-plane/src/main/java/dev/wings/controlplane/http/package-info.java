/// The control plane over HTTP: the Iceberg REST catalog under `/iceberg`. Start reading at
/// [dev.wings.controlplane.http.IcebergApi].
@NullMarked
package dev.wings.controlplane.http;

import org.jspecify.annotations.NullMarked;
