/// The official compliance kit of the Iceberg REST specification against a real control plane. Start reading at
/// [dev.wings.compliance.ComplianceKitIT].
@NullMarked
package dev.wings.compliance;

import org.jspecify.annotations.NullMarked;
