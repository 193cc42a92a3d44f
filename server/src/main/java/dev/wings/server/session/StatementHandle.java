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

import com.google.protobuf.ByteString;
import dev.wings.common.error.WingsException;
import dev.wings.server.plan.QueryRequest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A statement as a client carries it: all that is needed to run it anywhere.
///
/// @param id identifies the execution, for cancelling it
/// @param tenant the tenant that it was made for
/// @param schema the schema of bare names
/// @param timeZone the time zone of the session that it was made in
/// @param parameterCount how many parameters the statement has
/// @param parameters bound values, none or as many as the statement has parameters
/// @param resultSchema the serialized Arrow schema of the result; empty if it is not known
public record StatementHandle(
        String id,
        String tenant,
        String schema,
        String timeZone,
        String sql,
        int parameterCount,
        List<@Nullable Object> parameters,
        ByteString resultSchema) {

    /// The limit of a handle. Larger ones are refused: each call would carry them.
    static final int MAX_BYTES = 1 << 20;

    private static final int VERSION = 2;

    /// The version that had no time zone.
    private static final int OLD_VERSION = 1;

    public StatementHandle {
        parameters = Collections.unmodifiableList(new ArrayList<>(parameters));
    }

    /// Returns the same statement in other words.
    public StatementHandle withSql(String other) {
        return new StatementHandle(id, tenant, schema, timeZone, other, parameterCount, parameters, resultSchema);
    }

    /// Returns the same statement with other tables for its bare names.
    public StatementHandle withSchema(String other) {
        return new StatementHandle(id, tenant, other, timeZone, sql, parameterCount, parameters, resultSchema);
    }

    /// Returns the same statement with these values for its parameters.
    public StatementHandle bind(List<@Nullable Object> values) {
        if (values.size() != parameterCount) {
            throw WingsException.invalid(
                    "wrong number of parameters: expected=" + parameterCount + ", found=" + values.size());
        }
        return new StatementHandle(id, tenant, schema, timeZone, sql, parameterCount, values, resultSchema);
    }

    /// Returns the same statement, of which it is known by now how many parameters it has, with values for
    /// them.
    public StatementHandle withParameters(List<@Nullable Object> values, int count) {
        return new StatementHandle(id, tenant, schema, timeZone, sql, count, values, resultSchema);
    }

    /// Returns the same statement for one execution.
    public StatementHandle withId(String executionId) {
        return new StatementHandle(
                executionId, tenant, schema, timeZone, sql, parameterCount, parameters, resultSchema);
    }

    /// Returns the same statement with the columns of its result.
    public StatementHandle withResultSchema(ByteString serialized) {
        return new StatementHandle(id, tenant, schema, timeZone, sql, parameterCount, parameters, serialized);
    }

    /// Returns the same statement without the columns of its result, for where nobody asks for them.
    public StatementHandle withoutResultSchema() {
        return withResultSchema(ByteString.EMPTY);
    }

    /// Returns what is to run. Fails with INVALID if parameters have no values yet.
    public QueryRequest request() {
        if (parameters.size() != parameterCount) {
            throw WingsException.invalid(
                    "parameters have no values: expected=" + parameterCount + ", bound=" + parameters.size());
        }
        return new QueryRequest(id, tenant, schema, timeZone, sql, parameters);
    }

    public byte[] toTicket(Signer signer) {
        return signer.sign(Signer.Purpose.TICKET, toBytes());
    }

    public byte[] toPrepared(Signer signer) {
        return signer.sign(Signer.Purpose.PREPARED, toBytes());
    }

    /// Reads a ticket. Fails with INVALID for anything that [#toTicket] did not make.
    public static StatementHandle fromTicket(Signer signer, byte[] ticket) {
        return fromBytes(signer.verify(Signer.Purpose.TICKET, ticket));
    }

    /// Reads a prepared statement. Fails with INVALID for anything that [#toPrepared] did not make.
    public static StatementHandle fromPrepared(Signer signer, byte[] handle) {
        return fromBytes(signer.verify(Signer.Purpose.PREPARED, handle));
    }

    private byte[] toBytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            writeText(out, id);
            writeText(out, tenant);
            writeText(out, schema);
            writeText(out, timeZone);
            writeText(out, sql);
            out.writeInt(parameterCount);
            out.writeInt(parameters.size());
            for (Object value : parameters) {
                ParameterValues.write(out, value);
            }
            writeBytes(out, resultSchema.toByteArray());
        } catch (IOException e) {
            throw new IllegalStateException("memory cannot be written", e);
        }
        if (bytes.size() > MAX_BYTES) {
            throw WingsException.invalid(
                    "the statement and its parameters are too large: bytes=" + bytes.size() + ", limit=" + MAX_BYTES);
        }
        return bytes.toByteArray();
    }

    /// Reads bytes that were signed, so that they are well formed unless another version made them.
    private static StatementHandle fromBytes(byte[] bytes) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            int version = in.readByte();
            if (version != VERSION && version != OLD_VERSION) {
                throw WingsException.invalid("the statement was made by another version: version=" + version);
            }
            String id = readText(in);
            String tenant = readText(in);
            String schema = readText(in);
            String timeZone = version == VERSION ? readText(in) : QueryRequest.UTC;
            String sql = readText(in);
            int parameterCount = in.readInt();
            int bound = in.readInt();
            List<@Nullable Object> values = new ArrayList<>();
            for (int i = 0; i < bound; i++) {
                values.add(ParameterValues.read(in));
            }
            return new StatementHandle(
                    id, tenant, schema, timeZone, sql, parameterCount, values, ByteString.copyFrom(readBytes(in)));
        } catch (IOException e) {
            throw new IllegalStateException("a signed statement is malformed", e);
        }
    }

    static void writeText(DataOutputStream out, String text) throws IOException {
        writeBytes(out, text.getBytes(StandardCharsets.UTF_8));
    }

    static String readText(DataInputStream in) throws IOException {
        return new String(readBytes(in), StandardCharsets.UTF_8);
    }

    static void writeBytes(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    static byte[] readBytes(DataInputStream in) throws IOException {
        return in.readNBytes(in.readInt());
    }
}
