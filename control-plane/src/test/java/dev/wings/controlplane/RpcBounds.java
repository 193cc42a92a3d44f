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
package dev.wings.controlplane;

import dev.wings.common.proto.Audience;
import dev.wings.common.proto.AudienceProto;
import dev.wings.common.proto.ClusterMetadataGrpc;
import dev.wings.common.proto.GarbageCollectionGrpc;
import dev.wings.common.proto.LogMetadataGrpc;
import dev.wings.common.proto.TasksGrpc;
import dev.wings.common.proto.ViewsGrpc;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The methods of the control plane, and the table of `docs/protocol.md` that says what bounds each.
record RpcBounds(Map<String, Row> rows) {

    private static final Pattern ROW = Pattern.compile("\\| `([A-Za-z]+\\.[A-Za-z]+)` \\| (.+) \\| (.+) \\|");

    private static final Pattern NUMBER = Pattern.compile("[0-9][0-9,]*");

    record Row(String request, String answer) {}

    static RpcBounds read() throws IOException {
        Map<String, Row> rows = new LinkedHashMap<>();
        for (String line : Files.readAllLines(Path.of(System.getProperty("wings.root", ".."), "docs", "protocol.md"))) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                rows.put(row.group(1), new Row(row.group(2), row.group(3)));
            }
        }
        return new RpcBounds(rows);
    }

    static List<MethodDescriptor<?, ?>> methods() {
        return Stream.of(
                        ClusterMetadataGrpc.getServiceDescriptor(),
                        LogMetadataGrpc.getServiceDescriptor(),
                        TasksGrpc.getServiceDescriptor(),
                        GarbageCollectionGrpc.getServiceDescriptor(),
                        ViewsGrpc.getServiceDescriptor())
                .map(ServiceDescriptor::getMethods)
                .<MethodDescriptor<?, ?>>flatMap(methods -> methods.stream())
                .toList();
    }

    static MethodDescriptor<?, ?> method(String name) {
        return methods().stream()
                .filter(method -> name(method).equals(name))
                .findFirst()
                .orElseThrow();
    }

    /// Whom a call is for.
    static Audience audience(MethodDescriptor<?, ?> method) {
        return ((ProtoMethodDescriptorSupplier) Objects.requireNonNull(method.getSchemaDescriptor()))
                .getMethodDescriptor()
                .getOptions()
                .getExtension(AudienceProto.audience);
    }

    /// The name of a method as it stands in the table.
    static String name(MethodDescriptor<?, ?> method) {
        String full = method.getFullMethodName();
        return full.substring(full.lastIndexOf('.') + 1).replace('/', '.');
    }

    String request(String method) {
        return row(method).request;
    }

    int firstNumberOfRequest(String method) {
        return firstNumber(row(method).request);
    }

    int firstNumberOfAnswer(String method) {
        return firstNumber(row(method).answer);
    }

    private Row row(String method) {
        Row row = rows.get(method);
        if (row == null) {
            throw new AssertionError("nobody has said what bounds " + method);
        }
        return row;
    }

    private static int firstNumber(String text) {
        Matcher number = NUMBER.matcher(text);
        if (!number.find()) {
            throw new AssertionError("no number of items: " + text);
        }
        return Integer.parseInt(number.group().replace(",", ""));
    }
}
