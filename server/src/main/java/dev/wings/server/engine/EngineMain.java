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
package dev.wings.server.engine;

import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/// A process that holds an engine for a server, and ends with it. Started by [EngineProcess] with the path of the
/// socket that the server listens on.
public final class EngineMain {

    /// The exit code for a process that ran out of memory; the server knows it.
    static final int OUT_OF_MEMORY = 42;

    static final int BROKEN = 43;

    /// How many instances a process has at most. Through the standard input the server sends interrupts: a byte
    /// for each, which is the number of the instance that is meant, below this.
    static final int MAX_INSTANCES = 128;

    private static final String OOM_SCORE = "1000";

    /// The argument in place of the path of a socket that makes the process warm up and end.
    static final String WARM_UP_ONLY = "--warm-up-only";

    private EngineMain() {}

    public static void main(String[] args) {
        if (args[0].equals(WARM_UP_ONLY)) {
            EngineHost.warmUp();
            return;
        }
        try {
            preferToBeEnded();
            // it connects only when it is ready
            EngineHost.warmUp();
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            channel.connect(UnixDomainSocketAddress.of(args[0]));
            EngineHost host = new EngineHost(new Frames(channel));
            daemon("engine-control", () -> control(System.in, host));
            daemon("engine-read", host::read);
            // This thread would not do: its stack is small, and statements are nested.
            Thread engine = Thread.ofPlatform()
                    .name("engine")
                    .stackSize(LocalEngines.STACK_BYTES)
                    .uncaughtExceptionHandler((thread, failure) -> end(failure))
                    .start(host::run);
            engine.join();
        } catch (Throwable t) {
            end(t);
        }
    }

    /// When the machine runs out of memory, the kernel ends this process before others.
    private static void preferToBeEnded() {
        try {
            Files.writeString(Path.of("/proc/self/oom_score_adj"), OOM_SCORE);
        } catch (IOException e) {
            // this is not Linux, or it is not allowed
        }
    }

    /// Hears interrupts, also while a statement runs; at the end of the stream the server is gone.
    private static void control(InputStream input, EngineHost host) {
        try {
            int said = input.read();
            while (said >= 0) {
                host.interrupt(said);
                said = input.read();
            }
        } catch (IOException e) {
            // this is treated as the end of the stream
        }
        Runtime.getRuntime().halt(0);
    }

    private static void daemon(String name, Runnable work) {
        Thread.ofPlatform()
                .name(name)
                .daemon()
                .uncaughtExceptionHandler((thread, failure) -> end(failure))
                .start(work);
    }

    /// Ends the process, whatever native calls are doing.
    static void end(Throwable failure) {
        boolean memory = EngineHost.isOutOfMemory(failure);
        if (!memory) {
            failure.printStackTrace();
        }
        Runtime.getRuntime().halt(memory ? OUT_OF_MEMORY : BROKEN);
    }
}
