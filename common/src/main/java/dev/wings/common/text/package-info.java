/// How text and JSON become values of a topic's fields, by the same rules at all doors. Start reading at
/// [dev.wings.common.text.ValueWriter].
@NullMarked
package dev.wings.common.text;

import org.jspecify.annotations.NullMarked;
