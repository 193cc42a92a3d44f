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
package dev.wings.common.process;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/// Runs one service as the work of this process: opens it, waits for SIGINT or SIGTERM, closes it.
///
/// What the operator has to mend (a bad configuration, a port that is taken) is one message on standard error and
/// exit code 1; anything else that keeps the service from starting is logged with its stack and exits with 1 too. A
/// stopped service exits as the signal says, 130 or 143, after it was closed.
public final class ServiceProcess {

    private static final Logger LOG = LoggerFactory.getLogger(ServiceProcess.class);

    /// How long a start that was interrupted may take to notice.
    private static final Duration START_ABORT = Duration.ofSeconds(30);

    private final String name;
    private final CompletableFuture<AutoCloseable> service = new CompletableFuture<>();
    private volatile boolean stopping;

    private ServiceProcess(String name) {
        this.name = name;
    }

    /// Opens the service and serves until a signal; never returns.
    ///
    /// @param name in messages: `control-plane`
    /// @param open starts the service: it serves when this returns. Interrupted if the signal comes before
    public static void run(String name, Callable<? extends AutoCloseable> open) {
        // gRPC logs with java.util.logging
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
        new ServiceProcess(name).run(open);
    }

    private void run(Callable<? extends AutoCloseable> open) {
        Thread opener = Thread.currentThread();
        StopSignals.handle(number -> {
            stop(opener);
            System.exit(StopSignals.exitCode(number));
        });
        try {
            service.complete(open.call());
        } catch (Exception | Error e) {
            service.completeExceptionally(e);
            if (stopping) {
                // ends with the exit code that the signal gives it
                waitForSignal();
            }
            report(e);
            System.exit(1);
        }
        LOG.info("serving: service={}", name);
        waitForSignal();
    }

    private static void waitForSignal() {
        CountDownLatch never = new CountDownLatch(1);
        while (true) {
            try {
                never.await();
            } catch (InterruptedException e) {
                // a signal alone ends the process
            }
        }
    }

    private void stop(Thread opener) {
        stopping = true;
        if (!service.isDone()) {
            opener.interrupt();
        }
        try (AutoCloseable opened = service.get(START_ABORT.toSeconds(), TimeUnit.SECONDS)) {
            LOG.info("stopping: service={}", name);
        } catch (ExecutionException e) {
            // it never started, which was reported
            return;
        } catch (Exception e) {
            LOG.error("cannot stop in order: service={}", name, e);
            return;
        }
        LOG.info("stopped: service={}", name);
    }

    private void report(Throwable failure) {
        boolean forOperator = failure instanceof WingsException known
                && known.kind() != ErrorKind.INTERNAL
                && known.kind() != ErrorKind.DATA_LOSS;
        if (forOperator) {
            System.err.println("wings " + name + ": " + failure.getMessage());
        } else {
            LOG.error("cannot start: service={}", name, failure);
        }
    }
}
