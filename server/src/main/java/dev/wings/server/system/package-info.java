/// The tables of the schema `system`: topics, partitions, pages and queries of the acting tenant.
@NullMarked
package dev.wings.server.system;

import org.jspecify.annotations.NullMarked;
