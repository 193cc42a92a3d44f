/// Long lists in pages, as the API improvement proposals want them (AIP-158).
@NullMarked
package dev.wings.controlplane.paging;

import org.jspecify.annotations.NullMarked;
