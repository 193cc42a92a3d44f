/// The types of a topic: Iceberg's types with stable field ids.
///
/// Start at [TopicSchema]; a [TopicField] is a named slot in it, [FieldType] the closed set of types. [SchemaProtos]
/// is the way in and out of protobuf, [SqlTypes] the names in SQL, [PartitionValue] the text of a partition
/// key's value. What a type is in Arrow is told by `dev.wings.common.arrow`.
@NullMarked
package dev.wings.common.schema;

import org.jspecify.annotations.NullMarked;
