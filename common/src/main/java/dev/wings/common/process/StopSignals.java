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

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;

/// What this process does at the signals that ask it to end: SIGHUP, SIGINT, SIGTERM.
///
/// It stops in a thread of its own while the JVM is as it always was. A shutdown hook would be too late: the hooks of
/// all libraries run at once, so that Iceberg, for one, would close its threads while a table is being committed, and a
/// class that adds a hook when it is first used could not be loaded any more.
///
/// The JDK has signals in its module `jdk.unsupported`, which stays until there is something in its place; the compiler
/// cannot be kept from warning of it, so that it is called by reflection. A signal that the process was started to
/// ignore, as `nohup` does, stays ignored.
public final class StopSignals implements AutoCloseable {

    private static final List<String> NAMES = List.of("HUP", "INT", "TERM");

    private static final Signals SIGNALS = new Signals();

    /// What was done at each signal before.
    private final Map<Object, Object> before = new HashMap<>();

    private StopSignals() {}

    /// Runs `action` at the first of the signals, with its number; those that follow do nothing. Closing this gives the
    /// signals back to who had them before.
    public static StopSignals handle(IntConsumer action) {
        AtomicBoolean received = new AtomicBoolean();
        Object handler = SIGNALS.handler(number -> {
            if (received.compareAndSet(false, true)) {
                action.accept(number);
            }
        });
        StopSignals signals = new StopSignals();
        for (String name : NAMES) {
            Object signal = SIGNALS.signal(name);
            signals.before.put(signal, SIGNALS.handle(signal, handler));
        }
        return signals;
    }

    /// The code with which a process exits that was ended by the signal with this number.
    public static int exitCode(int number) {
        return 128 + number;
    }

    @Override
    public void close() {
        before.forEach(SIGNALS::handle);
        before.clear();
    }

    /// `sun.misc.Signal` and `sun.misc.SignalHandler`.
    private static final class Signals {

        private final Class<?> type;
        private final Class<?> handlerType;
        private final Method handle;
        private final Method number;

        Signals() {
            try {
                type = Class.forName("sun.misc.Signal");
                handlerType = Class.forName("sun.misc.SignalHandler");
                handle = type.getMethod("handle", type, handlerType);
                number = type.getMethod("getNumber");
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("this Java runtime is without the module jdk.unsupported", e);
            }
        }

        Object signal(String name) {
            try {
                return type.getConstructor(String.class).newInstance(name);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("no such signal: SIG" + name, e);
            }
        }

        Object handler(IntConsumer action) {
            InvocationHandler calls = (proxy, method, arguments) -> {
                if (!method.getName().equals("handle")) {
                    // one of Object
                    return method.invoke(action, arguments);
                }
                action.accept((Integer) number.invoke(arguments[0]));
                return null;
            };
            return Proxy.newProxyInstance(handlerType.getClassLoader(), new Class<?>[] {handlerType}, calls);
        }

        /// Returns what handled the signal before.
        Object handle(Object signal, Object handler) {
            try {
                return handle.invoke(null, signal, handler);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("cannot handle a signal: " + signal, e);
            }
        }
    }
}
