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
package dev.wings.cli.sql;

import dev.wings.cli.output.ExitCode;
import dev.wings.cli.output.Human;
import dev.wings.client.SqlResult;
import dev.wings.client.SqlSession;
import dev.wings.common.error.WingsException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/// Runs one query after the other and prints what comes back. One thread runs; any may cancel.
final class QueryRunner {

    private final SqlSession session;
    private final Output output;
    private final PrintWriter err;
    private final Supplier<Optional<Pager>> pagers;
    private final AtomicReference<@Nullable SqlResult> running = new AtomicReference<>();
    private long limit;
    private volatile boolean left;

    /// @param pagers gives a pager for a result that people read, if there is one
    QueryRunner(SqlSession session, Output output, PrintWriter err, Supplier<Optional<Pager>> pagers) {
        this.session = session;
        this.output = output;
        this.err = err;
        this.pagers = pagers;
    }

    /// Bounds how many rows of a result people get from now on; 0 for all.
    void limit(long rows) {
        limit = rows;
    }

    /// Runs a query and reports its failure; returns the exit code. Ends it when nobody reads its rows any more.
    int run(String sql, OutputFormat format, boolean timing) {
        Optional<Pager> pager = format.isForPeople() ? pagers.get() : Optional.empty();
        Output to = pager.map(found -> output.withText(new PrintWriter(found))).orElse(output);
        int exitCode;
        try {
            exitCode = run(sql, format, timing, to);
        } finally {
            running.set(null);
            if (pager.isPresent()) {
                to.text().close();
            }
        }
        output.text().flush();
        err.flush();
        boolean left = exitCode == ExitCode.BROKEN_PIPE
                && pager.isPresent()
                && pager.get().isStarted();
        return left ? ExitCode.OK : exitCode;
    }

    private int run(String sql, OutputFormat format, boolean timing, Output to) {
        if (left) {
            return ExitCode.BROKEN_PIPE;
        }
        long start = System.nanoTime();
        PrintWriter out = to.text();
        try (SqlResult result = session.query(sql);
                ResultPrinter printer = format.printer(to)) {
            running.set(result);
            printer.start(result.schema());
            long most = format.isForPeople() && limit > 0 ? limit : Long.MAX_VALUE;
            long rows = 0;
            boolean more = false;
            while (!more && result.next()) {
                VectorSchemaRoot batch = result.rows();
                int count = (int) Math.min(batch.getRowCount(), most - rows);
                more = count < batch.getRowCount();
                print(printer, batch, count);
                rows += count;
                if (out.checkError()) {
                    return ExitCode.BROKEN_PIPE;
                }
            }
            printer.end();
            if (more) {
                result.cancel();
            }
            report(rows, more, format, timing ? Duration.ofNanos(System.nanoTime() - start) : null, out);
            return out.checkError() ? ExitCode.BROKEN_PIPE : ExitCode.OK;
        } catch (WingsException e) {
            if (left) {
                return ExitCode.BROKEN_PIPE;
            }
            out.flush();
            err.println("error: " + e.getMessage());
            ErrorPointer.of(sql, e.getMessage()).lines().forEach(err::println);
            return ExitCode.FAILED;
        } catch (UncheckedIOException e) {
            if (isBrokenPipe(Objects.requireNonNull(e.getCause()))) {
                return ExitCode.BROKEN_PIPE;
            }
            throw e;
        }
    }

    private static void print(ResultPrinter printer, VectorSchemaRoot batch, int count) {
        if (count == batch.getRowCount()) {
            printer.rows(batch);
        } else if (count > 0) {
            try (VectorSchemaRoot part = batch.slice(0, count)) {
                printer.rows(part);
            }
        }
    }

    private void report(long rows, boolean more, OutputFormat format, @Nullable Duration took, PrintWriter out) {
        String time = took == null ? "" : " in " + Human.duration(took);
        if (format.isForPeople()) {
            out.println(Human.rows(rows) + time + (more ? "; there are more, --limit 0 shows all" : ""));
        } else if (took != null) {
            err.println(Human.duration(took));
        }
    }

    /// What the system says of a pipe that nobody reads; Java has no type for it.
    private static boolean isBrokenPipe(IOException failure) {
        return String.valueOf(failure.getMessage()).contains("Broken pipe");
    }

    /// Ends the query that runs, and runs no other, because nobody reads the rows any more. Returns false if
    /// none runs, or it is still planned.
    boolean leave() {
        left = true;
        return cancel();
    }

    /// Ends the query that runs; returns false if none does.
    boolean cancel() {
        SqlResult result = running.get();
        if (result != null) {
            result.cancel();
        }
        return result != null;
    }
}
