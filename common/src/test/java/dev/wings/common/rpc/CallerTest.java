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
package dev.wings.common.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import io.grpc.Metadata;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

final class CallerTest {

    @Test
    void headerNamesTheTenantOnceAtMost() {
        assertThat(Caller.of(headers())).isEqualTo(new Caller("default"));
        assertThat(Caller.of(headers(""))).isEqualTo(new Caller("default"));
        assertThat(Caller.of(headers("acme"))).isEqualTo(new Caller("acme"));
        assertThat(Caller.of(headers("tenants/acme"))).isEqualTo(new Caller("acme"));
        for (List<String> wrong : List.of(
                List.of("acme", "acme"),
                List.of("", "acme"),
                List.of("Acme"),
                List.of("tenants/"),
                List.of("tenants/acme/namespaces/x"),
                List.of("a b"))) {
            expect(ErrorKind.INVALID, () -> Caller.of(headers(wrong.toArray(String[]::new))));
            expect(ErrorKind.INVALID, () -> Caller.named(wrong));
        }
    }

    @Test
    void whoNamesNobodyIsTold() {
        assertThat(Caller.named(headers())).isEmpty();
        assertThat(Caller.named(headers(""))).isEmpty();
        assertThat(Caller.named(List.of())).isEmpty();
        assertThat(Caller.named(List.of("acme"))).contains(new Caller("acme"));
    }

    @Test
    void whatBelongsToAnotherIsForbidden() {
        Caller acme = new Caller("acme");
        acme.check("acme", "tenants/acme/namespaces/sales");
        expect(ErrorKind.FORBIDDEN, () -> acme.check("other", "tenants/other/namespaces/sales"));
    }

    private static void expect(ErrorKind kind, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        WingsException.class,
                        failure -> assertThat(failure.kind()).isEqualTo(kind));
    }

    private static Metadata headers(String... tenants) {
        Metadata headers = new Metadata();
        for (String tenant : tenants) {
            headers.put(Caller.KEY, tenant);
        }
        return headers;
    }
}
