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

import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.common.proto.ClusterMetadataGrpc;
import dev.wings.common.proto.GarbageCollectionGrpc;
import dev.wings.common.proto.LogMetadataGrpc;
import dev.wings.common.proto.TasksGrpc;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Checks I11 on paper: of each call somebody has said what bounds it.
final class RpcBoundsTest {

    private static final Pattern ROW = Pattern.compile("\\| `([A-Za-z]+\\.[A-Za-z]+)` \\| (.+) \\| (.+) \\|");

    @Test
    void eachCallHasItsBounds() throws IOException {
        List<String> described =
                Files.readAllLines(Path.of(System.getProperty("wings.root", ".."), "docs", "protocol.md")).stream()
                        .map(ROW::matcher)
                        .filter(row -> row.matches()
                                && !row.group(2).isBlank()
                                && !row.group(3).isBlank())
                        .map(row -> row.group(1))
                        .toList();
        List<String> calls = Stream.of(
                        ClusterMetadataGrpc.getServiceDescriptor(),
                        LogMetadataGrpc.getServiceDescriptor(),
                        TasksGrpc.getServiceDescriptor(),
                        GarbageCollectionGrpc.getServiceDescriptor())
                .map(ServiceDescriptor::getMethods)
                .flatMap(methods -> methods.stream().map(MethodDescriptor::getFullMethodName))
                .map(name -> name.substring(name.lastIndexOf('.') + 1).replace('/', '.'))
                .toList();
        assertThat(described).containsExactlyInAnyOrderElementsOf(calls);
    }
}
