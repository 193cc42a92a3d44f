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

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.wings.common.error.WingsException;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.impl.Flight;
import org.apache.arrow.flight.sql.impl.FlightSql;

/// Checks requests before Flight does, which takes what it cannot read for a failure of the server. All methods
/// fail with INVALID.
final class Requests {

    /// Clients are told this if they take this port for another one.
    static final String PORT =
            "this is the port of SQL, which takes commands of Flight SQL: rows are pushed by DoPut to"
                    + " an ingestor's port (7702 of `wings dev`)";

    private static final String TYPE_PREFIX = "type.googleapis.com/";

    private static final int MAX_SHOWN = 100;

    private Requests() {}

    static void checkType(Flight.FlightDescriptor descriptor) {
        switch (descriptor.getType()) {
            case CMD, PATH -> {
                // commands and paths are checked where they are used
            }
            case UNKNOWN, UNRECOGNIZED ->
                throw WingsException.invalid(
                        "no such type of descriptor: expected=CMD, found=" + descriptor.getTypeValue());
        }
    }

    /// Returns the command of a descriptor.
    static Any command(FlightDescriptor descriptor) {
        if (!descriptor.isCommand()) {
            throw WingsException.invalid(PORT + "; to read a topic, run a query: found=a descriptor with a path");
        }
        return message(descriptor.getCommand());
    }

    /// Returns the message that a command or a ticket is.
    static Any message(byte[] bytes) {
        return any(ByteString.copyFrom(bytes));
    }

    /// Says whether this is a message of the file whose name starts with `prefix`. Fails with INVALID if it
    /// only pretends to be.
    static boolean isOneOf(Any message, String prefix, FileDescriptor messages) {
        String name = message.getTypeUrl().substring(message.getTypeUrl().lastIndexOf('.') + 1);
        Descriptor type = name.startsWith(prefix) ? messages.findMessageTypeByName(identifier(name)) : null;
        if (type == null) {
            return false;
        }
        checkType(message, type);
        check(type, message.getValue());
        return true;
    }

    static void refuseTransaction(boolean hasTransaction) {
        if (hasTransaction) {
            throw WingsException.invalid(
                    "transactions are not supported: each query reads one snapshot, and each statement"
                            + " that writes is done when it is answered; turn autocommit on");
        }
    }

    static WingsException unknown(Any message) {
        return WingsException.invalid(PORT + ": no such command: type=" + shown(message.getTypeUrl()));
    }

    static void checkAction(Action action) {
        Descriptor ofSql =
                FlightSql.getDescriptor().findMessageTypeByName("Action" + identifier(action.getType()) + "Request");
        Descriptor ofFlight = Flight.getDescriptor().findMessageTypeByName(identifier(action.getType()) + "Request");
        ByteString body = ByteString.copyFrom(action.getBody());
        if (ofSql != null) {
            Any any = any(body);
            checkType(any, ofSql);
            check(ofSql, any.getValue());
        } else if (ofFlight != null) {
            check(ofFlight, body);
        } else {
            throw WingsException.invalid(PORT + ": no such action: type=" + shown(action.getType()));
        }
    }

    /// Returns the failure that stands for one of Flight's own code, which could not read a request.
    static WingsException unreadable(Throwable cause) {
        String first = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
        return WingsException.invalid("the request cannot be read: cause=" + shown(withoutClasses(first)));
    }

    private static void checkType(Any any, Descriptor type) {
        if (!any.getTypeUrl().equals(TYPE_PREFIX + type.getFullName())) {
            throw WingsException.invalid("a message of another type is expected: expected=" + type.getFullName()
                    + ", found=" + shown(any.getTypeUrl()));
        }
    }

    private static Any any(ByteString bytes) {
        try {
            return Any.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw WingsException.invalid(PORT + ": found=what is no message of it, cause=" + e.getMessage());
        }
    }

    private static void check(Descriptor type, ByteString bytes) {
        try {
            DynamicMessage _ = DynamicMessage.parseFrom(type, bytes);
        } catch (InvalidProtocolBufferException e) {
            throw WingsException.invalid(
                    "not a message of its type: type=" + type.getName() + ", cause=" + e.getMessage());
        }
    }

    /// Returns the name if messages can have it, and otherwise an empty one, since others must not be looked
    /// up.
    private static String identifier(String name) {
        return name.chars().allMatch(c -> c < 128 && Character.isLetterOrDigit(c)) ? name : "";
    }

    private static String withoutClasses(String message) {
        return message.replaceAll("\\b(?:[a-z0-9]++\\.)++[\\w$]+?Exception: ", "");
    }

    private static String shown(String text) {
        String printable = text.replaceAll("\\p{Cntrl}", "?");
        return printable.length() <= MAX_SHOWN ? printable : printable.substring(0, MAX_SHOWN) + "...";
    }
}
