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
package dev.wings.common.schema;

import com.google.protobuf.Duration;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.IntakeSpec;
import java.util.List;
import java.util.Optional;

/// Which rows a topic takes, and what becomes of others.
///
/// @param time when rows happened, if they say so
public record IntakeRules(OnError onError, Optional<RowTime> time) {

    public static final IntakeRules DEFAULT = new IntakeRules(OnError.REJECT, Optional.empty());

    /// What the names of these fields start with in the mask of a request that changes a topic.
    public static final String PREFIX = "intake.";

    private static final String ON_ERROR = PREFIX + "on_error";
    private static final String TIMESTAMP_FIELD = PREFIX + "timestamp_field";
    private static final String MAX_LATE = PREFIX + "max_late";
    private static final String MAX_FUTURE = PREFIX + "max_future";

    /// The rules as they are stored and answered: fields are told by their ids. Fails with INVALID for what is
    /// not known here.
    public static IntakeRules fromProto(IntakeSpec proto) {
        OnError onError = OnError.fromProto(proto.getOnError());
        return new IntakeRules(
                onError,
                proto.getTimestampFieldId() == 0
                        ? Optional.empty()
                        : Optional.of(new RowTime(proto.getTimestampFieldId(), maxLate(proto), maxFuture(proto))));
    }

    /// The rules of a topic that is to be made: fields are told by their names.
    public static IntakeRules fromCreateRequest(IntakeSpec proto, TopicSchema schema) {
        return DEFAULT.update(List.of(ON_ERROR, TIMESTAMP_FIELD, MAX_LATE, MAX_FUTURE), proto, schema);
    }

    /// @param schema the topic's, which has the names of the fields
    public IntakeSpec toProto(TopicSchema schema) {
        IntakeSpec.Builder proto = IntakeSpec.newBuilder().setOnError(onError.toProto());
        time.ifPresent(it -> {
            proto.setTimestampFieldId(it.fieldId())
                    .setTimestampField(it.field(schema).name());
            it.maxLate().map(IntakeRules::duration).ifPresent(proto::setMaxLate);
            it.maxFuture().map(IntakeRules::duration).ifPresent(proto::setMaxFuture);
        });
        return proto.build();
    }

    /// The rules with what a client wants changed. Fails with INVALID for a field that cannot be changed, and
    /// for what does not go with the schema; with PRECONDITION if the schema lacks a field that the rules still
    /// name.
    ///
    /// @param mask the fields that are taken of `wanted`, as `intake.on_error`
    /// @param schema that the topic has then
    public IntakeRules update(List<String> mask, IntakeSpec wanted, TopicSchema schema) {
        OnError nextOnError = onError;
        int fieldId = time.map(RowTime::fieldId).orElse(0);
        Optional<java.time.Duration> late = time.flatMap(RowTime::maxLate);
        Optional<java.time.Duration> future = time.flatMap(RowTime::maxFuture);
        if (mask.contains(TIMESTAMP_FIELD) && wanted.getTimestampField().isEmpty()) {
            fieldId = 0;
            late = Optional.empty();
            future = Optional.empty();
        }
        for (String field : mask) {
            switch (field) {
                case ON_ERROR -> nextOnError = OnError.fromProto(wanted.getOnError());
                case TIMESTAMP_FIELD -> fieldId = fieldId(wanted.getTimestampField(), schema);
                case MAX_LATE -> late = maxLate(wanted);
                case MAX_FUTURE -> future = maxFuture(wanted);
                default ->
                    throw WingsException.invalid("this field of a topic cannot be changed: field=\""
                            + TopicField.printable(field)
                            + "\". Of intake, on_error, timestamp_field, max_late and max_future can");
            }
        }
        if (fieldId == 0) {
            if (late.isPresent() || future.isPresent()) {
                throw WingsException.invalid(
                        "max_late and max_future are for rows that say when they happened: name the"
                                + " timestamp_column, too");
            }
            return new IntakeRules(nextOnError, Optional.empty());
        }
        RowTime nextTime = new RowTime(fieldId, late, future);
        TopicField ignored = nextTime.field(schema);
        return new IntakeRules(nextOnError, Optional.of(nextTime));
    }

    private static int fieldId(String name, TopicSchema schema) {
        return name.isEmpty()
                ? 0
                : schema.find(name)
                        .orElseThrow(() -> WingsException.invalid("timestamp_column is a column of the topic: found=\""
                                + TopicField.printable(name) + "\", fields="
                                + TopicField.printableNames(schema.fields())))
                        .id();
    }

    private static Optional<java.time.Duration> maxLate(IntakeSpec proto) {
        return proto.hasMaxLate() ? Optional.of(duration("max_late", proto.getMaxLate())) : Optional.empty();
    }

    private static Optional<java.time.Duration> maxFuture(IntakeSpec proto) {
        return proto.hasMaxFuture() ? Optional.of(duration("max_future", proto.getMaxFuture())) : Optional.empty();
    }

    private static java.time.Duration duration(String name, Duration proto) {
        try {
            return java.time.Duration.ofSeconds(proto.getSeconds(), proto.getNanos());
        } catch (ArithmeticException e) {
            throw new WingsException(ErrorKind.INVALID, "bad " + name + ": out of range", e);
        }
    }

    private static Duration duration(java.time.Duration duration) {
        return Duration.newBuilder()
                .setSeconds(duration.getSeconds())
                .setNanos(duration.getNano())
                .build();
    }
}
