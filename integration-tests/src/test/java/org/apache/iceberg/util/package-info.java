/// What stands before classes of Iceberg in tests.
@NullMarked
package org.apache.iceberg.util;

import org.jspecify.annotations.NullMarked;
