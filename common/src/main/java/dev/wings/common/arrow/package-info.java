/// Topics' rows in Arrow: from what a producer sends to what a page holds.
///
/// Start at [BatchReader], which takes the messages of one stream and gives checked [Batch]es in canonical
/// types; [SchemaBinding] decides per column how, [ArrowSchemas] says which Arrow type a topic's type is.
/// [IpcHeader] and [IpcMessage] are the IPC format's messages, read and written.
@NullMarked
package dev.wings.common.arrow;

import org.jspecify.annotations.NullMarked;
