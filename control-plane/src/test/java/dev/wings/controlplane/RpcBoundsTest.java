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

import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.wings.common.proto.Audience;
import io.grpc.MethodDescriptor;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Checks I11 on paper: for each call somebody has said what bounds it.
final class RpcBoundsTest {

    @Test
    void eachCallHasItsBounds() throws IOException {
        RpcBounds bounds = RpcBounds.read();
        assertThat(bounds.rows().keySet())
                .containsExactlyInAnyOrderElementsOf(
                        RpcBounds.methods().stream().map(RpcBounds::name).toList());
        assertThat(bounds.rows().values())
                .allSatisfy(
                        row -> assertThat(List.of(row.request(), row.answer())).noneMatch(String::isBlank));
    }

    /// I9: who may make a call is said where the call is, and a call for clients names what it is about.
    @Test
    void eachCallSaysWhomItIsFor() {
        for (MethodDescriptor<?, ?> method : RpcBounds.methods()) {
            Audience audience = RpcBounds.audience(method);
            assertThat(audience).as(RpcBounds.name(method)).isNotEqualTo(Audience.AUDIENCE_UNSPECIFIED);
            if (audience == Audience.CLIENTS) {
                assertThat(((ProtoMethodDescriptorSupplier) Objects.requireNonNull(method.getSchemaDescriptor()))
                                .getMethodDescriptor()
                                .getInputType()
                                .getFields())
                        .as(RpcBounds.name(method))
                        .filteredOn(field -> Set.of("name", "parent", "topic").contains(field.getName()))
                        .isNotEmpty()
                        .allMatch(field -> field.getJavaType() == FieldDescriptor.JavaType.STRING
                                || field.getMessageType().findFieldByName("name") != null);
            }
        }
    }
}
