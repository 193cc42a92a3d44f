/// What a query sees: tables of the catalog `wings`, their columns, what of them a query needs, and how they
/// are found and read. Topics and the system tables implement this.
@NullMarked
package dev.wings.server.table;

import org.jspecify.annotations.NullMarked;
