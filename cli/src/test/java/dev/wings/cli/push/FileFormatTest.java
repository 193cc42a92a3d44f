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

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.error.WingsException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FileFormatTest {

    @ParameterizedTest
    @CsvSource({
        "x.csv,PAR1,PARQUET",
        "x,'ARROW1\0\0',ARROW",
        "x.csv,'a,b',CSV",
        "x.tsv.gz,?,CSV",
        "x.jsonl.zst,?,NDJSON",
        "x.json,[1],NDJSON",
        "'',' {\"a\":1}',NDJSON",
        "'','a,b',CSV",
        "x.PARQUET,?,PARQUET",
        "x.txt,{,NDJSON",
        "x.txt,'a,b',CSV",
        "x,'PAR1,b',CSV",
        "x,'ARROW1,b',CSV"
    })
    void startGoesBeforeName(String name, String head, FileFormat format) {
        assertThat(FileFormat.guess(name, head.getBytes(StandardCharsets.US_ASCII)))
                .isEqualTo(format);
    }

    @Test
    void arrowStreamIsKnownByItsFirstBytes() {
        assertThat(FileFormat.guess("", new byte[] {-1, -1, -1, -1, 0, 1})).isEqualTo(FileFormat.ARROW);
    }

    @Test
    void featherOfVersionOneIsRefusedByName() {
        byte[] head = "FEA1\0\0\0\0".getBytes(StandardCharsets.US_ASCII);
        assertThatThrownBy(() -> FileFormat.guess("old.feather", head))
                .isInstanceOf(WingsException.class)
                .hasMessageContaining("Feather of version 1");
    }
}
