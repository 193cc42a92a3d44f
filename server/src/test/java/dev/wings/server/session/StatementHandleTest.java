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
package dev.wings.server.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.wings.common.error.WingsException;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StatementHandleTest {

    private final Signer signer = new Signer(new byte[32]);

    @Test
    void handleComesBackAsItWent() {
        List<@Nullable Object> values = new ArrayList<>(List.of(
                true,
                1,
                2L,
                1.5f,
                2.5,
                new BigDecimal("-1.250"),
                LocalDate.of(2026, 1, 31),
                LocalTime.NOON,
                LocalDateTime.of(2026, 1, 31, 8, 30),
                Instant.parse("1969-12-31T23:59:59.999999Z"),
                "grün"));
        values.add(null);
        StatementHandle handle = new StatementHandle(
                        "id",
                        "t",
                        "default",
                        "Europe/Berlin",
                        "select ?",
                        values.size(),
                        List.of(),
                        ByteString.copyFromUtf8("s"))
                .bind(values);
        assertThat(StatementHandle.fromTicket(signer, handle.toTicket(signer))).isEqualTo(handle);
        assertThat(StatementHandle.fromPrepared(signer, handle.toPrepared(signer)))
                .isEqualTo(handle);
        assertThat(handle.request().parameters()).isEqualTo(values);
    }

    @Test
    void whatWasChangedOrMadeElsewhereIsRefused() {
        byte[] ticket = handle("select 1", 0).toTicket(signer);
        for (int i = 0; i < ticket.length; i++) {
            byte[] changed = ticket.clone();
            changed[i] ^= 1;
            assertThatThrownBy(() -> StatementHandle.fromTicket(signer, changed))
                    .isInstanceOf(WingsException.class);
        }
        byte[] otherKey = new byte[32];
        otherKey[0] = 1;
        assertThatThrownBy(() -> StatementHandle.fromTicket(new Signer(otherKey), ticket))
                .hasMessageContaining("keys differ");
        assertThatThrownBy(() -> StatementHandle.fromPrepared(signer, ticket)).isInstanceOf(WingsException.class);
        assertThatThrownBy(() -> StatementHandle.fromTicket(signer, new byte[0]))
                .isInstanceOf(WingsException.class);
        assertThatThrownBy(() -> SessionOptions.fromCookie(signer, "not base64 !"))
                .isInstanceOf(WingsException.class);
    }

    @Test
    void sessionComesBackAsItWent() {
        SessionOptions options = new SessionOptions("sales", "Europe/Berlin");
        assertThat(SessionOptions.fromCookie(signer, options.toCookie(signer))).isEqualTo(options);
    }

    @Test
    void parametersMustBeComplete() {
        StatementHandle handle = handle("select ? + ?", 2);
        assertThatThrownBy(handle::request).hasMessageContaining("parameters have no values: expected=2, bound=0");
        assertThatThrownBy(() -> handle.bind(List.of(1))).hasMessageContaining("expected=2, found=1");
        assertThat(handle.bind(List.of(1, 2)).request().parameters()).isEqualTo(List.of(1, 2));
    }

    @Test
    void largeHandlesAreRefused() {
        StatementHandle handle = handle("select ?", 1).bind(List.of("x".repeat(StatementHandle.MAX_BYTES)));
        assertThatThrownBy(() -> handle.toTicket(signer)).hasMessageContaining("too large");
    }

    private static StatementHandle handle(String sql, int parameters) {
        return new StatementHandle("id", "default", "default", "UTC", sql, parameters, List.of(), ByteString.EMPTY);
    }
}
