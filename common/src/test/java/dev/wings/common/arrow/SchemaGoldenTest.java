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

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.TextFormat;
import dev.wings.common.proto.Schema;
import dev.wings.common.schema.SchemaProtos;
import dev.wings.common.schema.Schemas;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// What a schema is in protobuf and in Arrow: stored topics and pages depend on it. `-Dwings.golden.update=true`
/// writes the files anew: review the difference.
class SchemaGoldenTest {

    private static final Path GOLDEN = Path.of("src", "test", "resources", "golden");

    @Test
    void protobufIsAsEver() throws IOException {
        Schema proto = SchemaProtos.toProto(Schemas.everyType());
        check("schema.txtpb", TextFormat.printer().printToString(proto));
        assertThat(SchemaProtos.fromProto(
                        TextFormat.parse(Files.readString(GOLDEN.resolve("schema.txtpb")), Schema.class)))
                .isEqualTo(Schemas.everyType());
    }

    @Test
    void arrowSchemaIsAsEver() throws IOException {
        check("schema.arrow.json", ArrowSchemas.toArrow(Schemas.everyType()).toJson() + "\n");
    }

    private static void check(String name, String text) throws IOException {
        if (Boolean.getBoolean("wings.golden.update")) {
            Files.writeString(GOLDEN.resolve(name), text);
        }
        assertThat(text).isEqualTo(Files.readString(GOLDEN.resolve(name)));
    }
}
