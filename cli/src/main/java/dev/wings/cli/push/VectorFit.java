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
package dev.wings.cli.push;

import dev.wings.common.arrow.ArrowSchemas;
import dev.wings.common.error.WingsException;
import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.TopicField;
import dev.wings.common.text.OnLoss;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.BaseIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.complex.BaseListVector;
import org.apache.arrow.vector.complex.BaseRepeatedValueVector;
import org.apache.arrow.vector.complex.BaseRepeatedValueViewVector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.complex.LargeListVector;
import org.apache.arrow.vector.complex.LargeListViewVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;

/// How a column of a file becomes one that the ingestor takes without a loss.
sealed interface VectorFit
        permits LeafFit,
                VectorFit.AsItIs,
                VectorFit.OfNulls,
                VectorFit.OfDictionary,
                VectorFit.OfStruct,
                VectorFit.OfList {

    /// What the column becomes.
    Field field();

    /// Fills `target`, a cleared vector of [#field]. Fails with INVALID, naming row and field, for a value that cannot
    /// be taken.
    void apply(FieldVector source, FieldVector target, Positions positions);

    /// Which values of a vector are taken.
    interface Positions {
        int size();

        /// Where the value is in the vector; negative for a null.
        int source(int index);

        /// The row of the file that it belongs to, from 1.
        long row(int index);
    }

    /// Finds the fits of the columns of one file.
    final class Planner {
        private final Map<Integer, RawLeaf> raw;
        private final DictionaryProvider dictionaries;
        private final OnLoss onLoss;
        private int leaves;

        /// @param raw what DuckDB reads as bytes, by the number of the leaf, depth first
        /// @param dictionaries the dictionaries of the batch that is read
        Planner(Map<Integer, RawLeaf> raw, DictionaryProvider dictionaries, OnLoss onLoss) {
            this.raw = raw;
            this.dictionaries = dictionaries;
            this.onLoss = onLoss;
        }

        /// @param target absent if the topic has no such field; the ingestor says so then
        VectorFit plan(Field source, @Nullable FieldType target) {
            return plan(source.getName(), source, target, onLoss);
        }

        private VectorFit plan(String path, Field source, @Nullable FieldType target, OnLoss onLoss) {
            DictionaryEncoding encoding = source.getDictionary();
            if (encoding != null) {
                return dictionary(path, source, encoding.getId(), target, onLoss);
            }
            List<Field> children = source.getChildren();
            if (children.isEmpty()) {
                RawLeaf leaf = raw.get(leaves++);
                if (source.getType() instanceof ArrowType.Null && target != null) {
                    return new OfNulls(nullable(source.getName(), target));
                }
                VectorFit asItIs = new AsItIs(source);
                return target == null
                        ? asItIs
                        : LeafFit.of(path, source, leaf, target, onLoss)
                                .<VectorFit>map(fit -> fit)
                                .orElse(asItIs);
            }
            List<VectorFit> fits = new ArrayList<>();
            Map<String, FieldType> targets = targets(target);
            boolean isMap = source.getType() instanceof ArrowType.Map;
            for (int i = 0; i < children.size(); i++) {
                Field child = children.get(i);
                if (isMap) {
                    fits.add(entries(path, child, target));
                } else {
                    FieldType type = target instanceof FieldType.ListOf list
                            ? list.element().type()
                            : targets.get(TopicField.folded(child.getName()));
                    fits.add(plan(path + "." + child.getName(), child, type, onLoss));
                }
            }
            return combine(source, fits);
        }

        private static Field nullable(String name, FieldType type) {
            Field field = ArrowSchemas.toArrow(TopicField.optional(1, name, type));
            Map<String, String> metadata = new HashMap<>(field.getMetadata());
            metadata.remove(ArrowSchemas.FIELD_ID_KEY);
            return new Field(
                    name,
                    new org.apache.arrow.vector.types.pojo.FieldType(true, field.getType(), null, metadata),
                    field.getChildren());
        }

        private VectorFit dictionary(String path, Field source, long id, @Nullable FieldType target, OnLoss onLoss) {
            Field values = dictionaries.lookup(id).getVector().getField();
            Field named = new Field(
                    source.getName(),
                    new org.apache.arrow.vector.types.pojo.FieldType(
                            true, values.getType(), values.getDictionary(), values.getMetadata()),
                    values.getChildren());
            return new OfDictionary(plan(path, named, target, onLoss), id, dictionaries);
        }

        private VectorFit entries(String path, Field entries, @Nullable FieldType target) {
            FieldType.MapOf map = target instanceof FieldType.MapOf found ? found : null;
            List<VectorFit> fits = new ArrayList<>();
            for (int i = 0; i < entries.getChildren().size(); i++) {
                Field child = entries.getChildren().get(i);
                FieldType type = map == null ? null : map.children().get(i).type();
                // a key cannot be null
                OnLoss policy = i == 0 && onLoss == OnLoss.NULL ? OnLoss.REJECT : onLoss;
                fits.add(plan(path + "." + child.getName(), child, type, policy));
            }
            return combine(entries, fits);
        }

        private static Map<String, FieldType> targets(@Nullable FieldType target) {
            Map<String, FieldType> targets = new HashMap<>();
            if (target instanceof FieldType.Struct struct) {
                struct.fields().forEach(field -> targets.put(TopicField.folded(field.name()), field.type()));
            }
            return targets;
        }

        private static VectorFit combine(Field source, List<VectorFit> fits) {
            boolean same = fits.stream().allMatch(fit -> fit instanceof AsItIs);
            List<Field> children = fits.stream().map(VectorFit::field).toList();
            Field field = new Field(source.getName(), source.getFieldType(), children);
            return switch (source.getType()) {
                case ArrowType.Struct ignored when !same -> new OfStruct(field, fits);
                case ArrowType.List ignored when !same -> new OfList(field, fits.getFirst());
                case ArrowType.Map ignored when !same -> new OfList(field, fits.getFirst());
                case ArrowType.FixedSizeList ignored when !same -> list(field, fits);
                case ArrowType.LargeList ignored when !same -> list(field, fits);
                case ArrowType.ListView ignored when !same -> list(field, fits);
                case ArrowType.LargeListView ignored when !same -> list(field, fits);
                // For the other kinds, the ingestor refuses what it would lose.
                default -> new AsItIs(source);
            };
        }

        private static VectorFit list(Field field, List<VectorFit> fits) {
            return new OfList(
                    new Field(
                            field.getName(),
                            new org.apache.arrow.vector.types.pojo.FieldType(
                                    field.isNullable(), ArrowType.List.INSTANCE, null, field.getMetadata()),
                            field.getChildren()),
                    fits.getFirst());
        }
    }

    /// Values that the ingestor takes as they are.
    record AsItIs(Field field) implements VectorFit {
        @Override
        public void apply(FieldVector source, FieldVector target, Positions positions) {
            for (int i = 0; i < positions.size(); i++) {
                int position = positions.source(i);
                if (position < 0) {
                    target.setNull(i);
                } else {
                    target.copyFromSafe(position, i, source);
                }
            }
            target.setValueCount(positions.size());
        }
    }

    /// A column of the type in which all values are null.
    record OfNulls(Field field) implements VectorFit {
        @Override
        public void apply(FieldVector source, FieldVector target, Positions positions) {
            target.setValueCount(positions.size());
        }
    }

    /// Values that stand in a dictionary, which may be another one, or have grown, with each batch. They are
    /// taken from it one by one, since the rows are sent on a stream whose dictionaries never change.
    record OfDictionary(VectorFit values, long id, DictionaryProvider dictionaries) implements VectorFit {
        @Override
        public Field field() {
            return values.field();
        }

        @Override
        public void apply(FieldVector source, FieldVector target, Positions positions) {
            FieldVector dictionary = dictionaries.lookup(id).getVector();
            BaseIntVector indices = (BaseIntVector) source;
            int[] inner = new int[positions.size()];
            for (int i = 0; i < inner.length; i++) {
                int position = positions.source(i);
                inner[i] = position < 0 || source.isNull(position)
                        ? -1
                        : index(indices.getValueAsLong(position), dictionary, positions.row(i));
            }
            values.apply(dictionary, target, new Chosen(inner, inner.length, positions, null));
        }

        private static int index(long index, FieldVector dictionary, long row) {
            if (index < 0 || index >= dictionary.getValueCount()) {
                throw WingsException.invalid("row " + row + ": the dictionary has no such value: index=" + index
                        + ", values=" + dictionary.getValueCount());
            }
            return (int) index;
        }
    }

    record OfStruct(Field field, List<VectorFit> members) implements VectorFit {
        @Override
        public void apply(FieldVector source, FieldVector target, Positions positions) {
            StructVector from = (StructVector) source;
            StructVector to = (StructVector) target;
            int[] inner = new int[positions.size()];
            for (int i = 0; i < inner.length; i++) {
                int position = positions.source(i);
                boolean isNull = position < 0 || from.isNull(position);
                inner[i] = isNull ? -1 : position;
                if (isNull) {
                    to.setNull(i);
                } else {
                    to.setIndexDefined(i);
                }
            }
            Positions live = new Chosen(inner, inner.length, positions, null);
            for (int member = 0; member < members.size(); member++) {
                members.get(member)
                        .apply(
                                from.getChildrenFromFields().get(member),
                                to.getChildrenFromFields().get(member),
                                live);
            }
            to.setValueCount(inner.length);
        }
    }

    /// Lists, and maps, which are lists of their entries.
    record OfList(Field field, VectorFit element) implements VectorFit {
        @Override
        public void apply(FieldVector source, FieldVector target, Positions positions) {
            BaseListVector lists = (BaseListVector) source;
            ListVector to = (ListVector) target;
            int[] inner = new int[16];
            int[] parents = new int[16];
            int size = 0;
            for (int i = 0; i < positions.size(); i++) {
                int position = positions.source(i);
                if (position < 0 || source.isNull(position)) {
                    to.setNull(i);
                    continue;
                }
                int start = lists.getElementStartIndex(position);
                int count = lists.getElementEndIndex(position) - start;
                if (size + count > inner.length) {
                    int capacity = Math.max(size + count, Math.multiplyExact(inner.length, 2));
                    inner = java.util.Arrays.copyOf(inner, capacity);
                    parents = java.util.Arrays.copyOf(parents, capacity);
                }
                for (int j = 0; j < count; j++) {
                    inner[size + j] = start + j;
                    parents[size + j] = i;
                }
                to.startNewValue(i);
                to.endValue(i, count);
                size += count;
            }
            element.apply(elements(source), to.getDataVector(), new Chosen(inner, size, positions, parents));
            to.setLastSet(positions.size() - 1);
            to.setValueCount(positions.size());
        }

        private static FieldVector elements(FieldVector source) {
            return switch (source) {
                case FixedSizeListVector lists -> lists.getDataVector();
                case LargeListVector lists -> lists.getDataVector();
                case LargeListViewVector lists -> lists.getDataVector();
                case BaseRepeatedValueVector lists -> lists.getDataVector();
                case BaseRepeatedValueViewVector lists -> lists.getDataVector();
                default -> throw new IllegalStateException("not a list: " + source.getField());
            };
        }
    }

    /// Values that are inside of others.
    ///
    /// @param parents for each value the position among the outer ones; null if that is the same
    @SuppressWarnings("ArrayRecordComponent") // read-only by convention
    record Chosen(int[] sources, int size, Positions outer, int @Nullable [] parents) implements Positions {
        @Override
        public int source(int index) {
            return sources[index];
        }

        @Override
        public long row(int index) {
            return outer.row(parents == null ? index : parents[index]);
        }
    }
}
