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
import dev.wings.common.error.WingsException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Runs one query after the other and prints what comes back. One thread runs; any may cancel.
final class QueryRunner {

    private final SqlSession session;
    private final PrintWriter out;
    private final PrintWriter err;
    private final boolean forTerminal;
    private final AtomicReference<@Nullable SqlResult> running = new AtomicReference<>();

    QueryRunner(SqlSession session, PrintWriter out, PrintWriter err, boolean forTerminal) {
        this.session = session;
        this.out = out;
        this.err = err;
        this.forTerminal = forTerminal;
    }

    /// Runs a query and reports its failure; returns the exit code. Ends it when nobody reads its rows any more.
    int run(String sql, OutputFormat format, boolean timing) {
        long start = System.nanoTime();
        try (SqlResult result = session.query(sql)) {
            running.set(result);
            ResultPrinter printer = format.printer(out, forTerminal);
            printer.start(result.schema());
            long rows = 0;
            while (result.next()) {
                printer.rows(result.rows());
                rows += result.rows().getRowCount();
                if (out.checkError()) {
                    return ExitCode.BROKEN_PIPE;
                }
            }
            printer.end();
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            if (format == OutputFormat.TABLE) {
                out.println(Human.count(rows)
                        + (rows == 1 ? " row" : " rows")
                        + (timing ? " in " + Human.duration(took) : ""));
            } else if (timing) {
                err.println(Human.duration(took));
            }
            return out.checkError() ? ExitCode.BROKEN_PIPE : ExitCode.OK;
        } catch (WingsException e) {
            out.flush();
            report(sql, e);
            return ExitCode.FAILED;
        } finally {
            running.set(null);
            out.flush();
            err.flush();
        }
    }

    /// Ends the query that runs; false if none does.
    boolean cancel() {
        SqlResult result = running.get();
        if (result != null) {
            result.cancel();
        }
        return result != null;
    }

    private void report(String sql, WingsException failure) {
        err.println("error: " + failure.getMessage());
        ErrorPointer.of(sql, failure.getMessage()).lines().forEach(err::println);
    }
}
