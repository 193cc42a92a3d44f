/*
 * Copyright 2026 the Wings authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *     https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */
package dev.wings.common.arrow;

import dev.wings.common.error.WingsException;
import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.TopicField;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;

/// Finds the cast from a producer's type to a topic's type: see [SchemaBinding] for the rules.
final class CastPlanner {

    private final List<SchemaBinding.DictionaryColumn> dictionaries = new ArrayList<>();

    /// Fails with INVALID, naming the field and both types, if values could be lost.
    Cast plan(SourceField source, TopicField target) {
        SourceField.Dictionary dictionary = source.dictionary();
        if (dictionary != null) {
            Cast values = plan(dictionary.values(), target);
            dictionaries.add(new SchemaBinding.DictionaryColumn(dictionary, values));
            return new DictionaryCast(source, dictionary, target.type());
        }
        if (source.layout() == Layout.NULL && !target.required()) {
            return (array, context) -> NullArrays.of(target.type(), array.length(), context.memory());
        }
        Optional<Cast> cast = switch (target.type()) {
            case FieldType.Primitive type -> primitive(source, type);
            case FieldType.Decimal type -> decimal(source, type);
            case FieldType.Fixed type -> fixed(source, type.length());
            case FieldType.Struct type -> struct(source, type);
            case FieldType.ListOf type -> list(source, type);
            case FieldType.MapOf type -> map(source, type);
        };
        return cast.orElseThrow(() -> WingsException.invalid(
                "the field's type does not fit without loss: field=\"" + source.path() + "\", expected="
                        + TopicField.printable(target.type().toString())
                        + (target.required() ? " not null" : "") + ", found=" + ArrowSchemas.typeText(source.field())));
    }

    /// The dictionaries met so far.
    List<SchemaBinding.DictionaryColumn> dictionaries() {
        return dictionaries;
    }

    private static Optional<Cast> primitive(SourceField source, FieldType.Primitive target) {
        return switch (target) {
            case BOOLEAN -> bool(source);
            case INT -> integer(source, Integer.SIZE);
            case LONG -> integer(source, Long.SIZE);
            case FLOAT -> floatingPoint(source, FloatingPointPrecision.SINGLE);
            case DOUBLE -> floatingPoint(source, FloatingPointPrecision.DOUBLE);
            case DATE -> date(source);
            case TIME -> time(source);
            case TIMESTAMP -> timestamp(source, false);
            case TIMESTAMPTZ -> timestamp(source, true);
            case STRING -> string(source);
            case BINARY -> binary(source);
            case UUID ->
                source.isText()
                        ? Optional.of(BinaryCasts.uuids(source, bytes(source)))
                        : fixed(source, ArrowSchemas.UUID_BYTES);
        };
    }

    private static Optional<Cast> bool(SourceField source) {
        return SourceTypes.isByteBoolean(source.field())
                ? Optional.of(NumberCasts.BYTE_TO_BOOLEAN)
                : identityIf(source.type() instanceof ArrowType.Bool);
    }

    private static Optional<Cast> integer(SourceField source, int targetBits) {
        if (!(source.type() instanceof ArrowType.Int type)) {
            return Optional.empty();
        }
        int bits = type.getBitWidth();
        if (bits == targetBits && type.getIsSigned()) {
            return Optional.of(Cast.identity());
        }
        boolean fits = bits < targetBits;
        return Optional.of(
                fits
                        ? NumberCasts.integer(type.getIsSigned(), targetBits / Byte.SIZE)
                        : NumberCasts.checkedInteger(source, type.getIsSigned(), targetBits / Byte.SIZE));
    }

    private static Optional<Cast> floatingPoint(SourceField source, FloatingPointPrecision target) {
        if (!(source.type() instanceof ArrowType.FloatingPoint type)) {
            return Optional.empty();
        }
        if (type.getPrecision() == target) {
            return Optional.of(Cast.identity());
        }
        return switch (type.getPrecision()) {
            case HALF ->
                Optional.of(
                        target == FloatingPointPrecision.SINGLE
                                ? NumberCasts.HALF_TO_FLOAT
                                : NumberCasts.HALF_TO_DOUBLE);
            case SINGLE -> Optional.of(NumberCasts.FLOAT_TO_DOUBLE);
            case DOUBLE -> Optional.empty();
        };
    }

    private static Optional<Cast> decimal(SourceField source, FieldType.Decimal target) {
        if (source.type() instanceof ArrowType.Int type) {
            int digits = NumberCasts.digits(type.getBitWidth(), type.getIsSigned());
            return digits <= target.precision() - target.scale()
                    ? Optional.of(NumberCasts.integerToDecimal(type.getIsSigned(), target.scale()))
                    : Optional.empty();
        }
        if (!(source.type() instanceof ArrowType.Decimal type)
                || type.getScale() != target.scale()
                || type.getPrecision() > target.precision()) {
            return Optional.empty();
        }
        return Optional.of(
                switch (type.getBitWidth()) {
                    case 128 -> Cast.identity();
                    case 256 -> NumberCasts.wideDecimal(source);
                    default -> NumberCasts.integer(true, NumberCasts.DECIMAL_BYTES);
                });
    }

    private static Optional<Cast> date(SourceField source) {
        if (!(source.type() instanceof ArrowType.Date type)) {
            return Optional.empty();
        }
        return Optional.of(
                switch (type.getUnit()) {
                    case DAY -> Cast.identity();
                    case MILLISECOND -> TimeCasts.millisToDays(source);
                });
    }

    private static Optional<Cast> time(SourceField source) {
        return source.type() instanceof ArrowType.Time type
                ? Optional.of(toMicros(source, type.getUnit()))
                : Optional.empty();
    }

    private static Optional<Cast> timestamp(SourceField source, boolean zoned) {
        return source.type() instanceof ArrowType.Timestamp type && SourceTypes.isZoned(type) == zoned
                ? Optional.of(toMicros(source, type.getUnit()))
                : Optional.empty();
    }

    private static Cast toMicros(SourceField source, TimeUnit unit) {
        return switch (unit) {
            case SECOND -> TimeCasts.multiply(source, 1_000_000);
            case MILLISECOND -> TimeCasts.multiply(source, 1_000);
            case MICROSECOND -> Cast.identity();
            case NANOSECOND -> TimeCasts.nanosToMicros(source);
        };
    }

    private static Optional<Cast> string(SourceField source) {
        return source.isText() ? Optional.of(bytes(source)) : Optional.empty();
    }

    private static Optional<Cast> binary(SourceField source) {
        return switch (source.type()) {
            case ArrowType.Binary ignored -> Optional.of(bytes(source));
            case ArrowType.LargeBinary ignored -> Optional.of(bytes(source));
            case ArrowType.BinaryView ignored -> Optional.of(bytes(source));
            case ArrowType.FixedSizeBinary ignored -> Optional.of(BinaryCasts.FIXED);
            default -> Optional.empty();
        };
    }

    private static Cast bytes(SourceField source) {
        return switch (source.layout()) {
            case LARGE_VARIABLE -> BinaryCasts.LARGE;
            case VIEW -> BinaryCasts.VIEW;
            default -> Cast.identity();
        };
    }

    private static Optional<Cast> fixed(SourceField source, int length) {
        return switch (source.type()) {
            case ArrowType.FixedSizeBinary type -> identityIf(type.getByteWidth() == length);
            case ArrowType.Binary ignored -> Optional.of(BinaryCasts.ofLength(source, bytes(source), length));
            case ArrowType.LargeBinary ignored -> Optional.of(BinaryCasts.ofLength(source, bytes(source), length));
            case ArrowType.BinaryView ignored -> Optional.of(BinaryCasts.ofLength(source, bytes(source), length));
            default -> Optional.empty();
        };
    }

    private Optional<Cast> struct(SourceField source, FieldType.Struct target) {
        return source.type() instanceof ArrowType.Struct
                ? Optional.of(members(source, target.fields()))
                : Optional.empty();
    }

    /// The cast of a struct, whose members are matched by name.
    private Cast members(SourceField source, List<TopicField> targets) {
        Map<String, Integer> positions = new HashMap<>();
        for (int i = 0; i < source.children().size(); i++) {
            SourceField member = source.children().get(i);
            if (positions.put(TopicField.folded(member.field().getName()), i) != null) {
                throw member.invalid("the field is there twice");
            }
        }
        List<NestedCasts.Member> members = new ArrayList<>();
        Set<String> known = new HashSet<>();
        for (TopicField target : targets) {
            String name = TopicField.folded(target.name());
            known.add(name);
            Integer position = positions.get(name);
            if (position != null) {
                members.add(
                        new NestedCasts.Member(position, plan(source.children().get(position), target), target.type()));
            } else if (target.required()) {
                throw WingsException.invalid(
                        "a required field is missing: field=\"" + source.path() + "." + target.name() + "\", type="
                                + TopicField.printable(target.type().toString()));
            } else {
                members.add(new NestedCasts.Member(NestedCasts.ABSENT, Cast.identity(), target.type()));
            }
        }
        for (SourceField member : source.children()) {
            if (!known.contains(TopicField.folded(member.field().getName()))) {
                throw member.invalid("the topic has no such field");
            }
        }
        return NestedCasts.struct(members);
    }

    private Optional<Cast> list(SourceField source, FieldType.ListOf target) {
        boolean isList = source.type() instanceof ArrowType.List
                || source.type() instanceof ArrowType.LargeList
                || source.type() instanceof ArrowType.ListView
                || source.type() instanceof ArrowType.LargeListView
                || source.type() instanceof ArrowType.FixedSizeList;
        if (!isList) {
            return Optional.empty();
        }
        return Optional.of(NestedCasts.list(source, plan(source.children().get(0), target.element())));
    }

    private Optional<Cast> map(SourceField source, FieldType.MapOf target) {
        if (!(source.type() instanceof ArrowType.Map)) {
            return Optional.empty();
        }
        SourceField entries = source.children().get(0);
        List<NestedCasts.Member> members = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            TopicField field = target.children().get(i);
            members.add(new NestedCasts.Member(i, plan(entries.children().get(i), field), field.type()));
        }
        return Optional.of(NestedCasts.list(source, NestedCasts.struct(members)));
    }

    private static Optional<Cast> identityIf(boolean same) {
        return same ? Optional.of(Cast.identity()) : Optional.empty();
    }
}
