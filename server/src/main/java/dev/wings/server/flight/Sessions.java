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
package dev.wings.server.flight;

import dev.wings.common.error.WingsException;
import dev.wings.server.session.SessionOptions;
import dev.wings.server.table.TableRef;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.apache.arrow.flight.CloseSessionResult;
import org.apache.arrow.flight.GetSessionOptionsResult;
import org.apache.arrow.flight.NoOpSessionOptionValueVisitor;
import org.apache.arrow.flight.SessionOptionValue;
import org.apache.arrow.flight.SetSessionOptionsRequest;
import org.apache.arrow.flight.SetSessionOptionsResult;

/// Reads and sets the session options: `catalog`, which is always `wings`, `schema` and `timezone`.
final class Sessions {

    private static final String CATALOG = "catalog";
    private static final String SCHEMA = "schema";

    private static final String TIME_ZONE = "timezone";

    private Sessions() {}

    /// @param isTimeZone whether there is a time zone of this name
    static SetSessionOptionsResult set(Caller caller, SetSessionOptionsRequest request, Predicate<String> isTimeZone) {
        Map<String, SetSessionOptionsResult.Error> errors = new LinkedHashMap<>();
        SessionOptions options = caller.session();
        for (Map.Entry<String, SessionOptionValue> option :
                request.getSessionOptions().entrySet()) {
            String value = option.getValue().acceptVisitor(new TextOf());
            switch (option.getKey()) {
                case CATALOG -> {
                    if (!value.equals(TableRef.CATALOG)) {
                        errors.put(CATALOG, error(SetSessionOptionsResult.ErrorValue.INVALID_VALUE));
                    }
                }
                case SCHEMA -> {
                    if (isValid(SessionOptions::checkSchema, value)) {
                        options = new SessionOptions(value, options.timeZone());
                    } else {
                        errors.put(SCHEMA, error(SetSessionOptionsResult.ErrorValue.INVALID_VALUE));
                    }
                }
                case TIME_ZONE -> {
                    if (isValid(SessionOptions::checkTimeZone, value) && isTimeZone.test(value)) {
                        options = new SessionOptions(options.schema(), value);
                    } else {
                        errors.put(TIME_ZONE, error(SetSessionOptionsResult.ErrorValue.INVALID_VALUE));
                    }
                }
                default -> errors.put(option.getKey(), error(SetSessionOptionsResult.ErrorValue.INVALID_NAME));
            }
        }
        caller.setSession(options);
        return new SetSessionOptionsResult(errors);
    }

    static GetSessionOptionsResult options(Caller caller, Function<String, SessionOptionValue> value) {
        Map<String, SessionOptionValue> options = new HashMap<>();
        options.put(CATALOG, value.apply(TableRef.CATALOG));
        options.put(SCHEMA, value.apply(caller.session().schema()));
        options.put(TIME_ZONE, value.apply(caller.session().timeZone()));
        return new GetSessionOptionsResult(options);
    }

    static CloseSessionResult close(Caller caller) {
        caller.setSession(SessionOptions.DEFAULT);
        return new CloseSessionResult(CloseSessionResult.Status.CLOSED);
    }

    private static boolean isValid(UnaryOperator<String> check, String value) {
        try {
            return !check.apply(value).isEmpty();
        } catch (WingsException e) {
            return false;
        }
    }

    private static SetSessionOptionsResult.Error error(SetSessionOptionsResult.ErrorValue value) {
        return new SetSessionOptionsResult.Error(value);
    }

    /// Returns the text of a value, and an empty one for values of other types, which are no names.
    private static final class TextOf extends NoOpSessionOptionValueVisitor<String> {
        @Override
        public String visit(String value) {
            return value;
        }

        @Override
        public String visit(boolean value) {
            return "";
        }

        @Override
        public String visit(long value) {
            return "";
        }

        @Override
        public String visit(double value) {
            return "";
        }

        @Override
        public String visit(String[] value) {
            return "";
        }

        @Override
        public String visit(Void value) {
            return "";
        }
    }
}
