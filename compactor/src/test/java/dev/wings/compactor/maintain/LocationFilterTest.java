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
package dev.wings.compactor.maintain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class LocationFilterTest {

    private static final int FILES = 200_000;

    @Test
    void whatWasAddedIsThereAndLittleElse() {
        LocationFilter filter = new LocationFilter(7);
        IntStream.range(0, FILES).forEach(i -> filter.add("s3://lake/tables/a/data/" + i + ".parquet"));
        assertThat(IntStream.range(0, FILES))
                .allMatch(i -> filter.mayContain("s3://lake/tables/a/data/" + i + ".parquet"));
        long wrong = IntStream.range(0, FILES)
                .filter(i -> filter.mayContain("s3://lake/tables/b/data/" + i + ".parquet"))
                .count();
        assertThat(wrong).isLessThan(FILES / 1_000);
    }
}
