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
package dev.wings.integration.simulation;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.util.Set;
import java.util.concurrent.Executor;

/// Makes virtual threads that run on an executor of our own instead of the JDK's. The JDK can do that but does
/// not offer it, so that we reach it through a lookup that may do everything.
final class VirtualThreads {

    private static final MethodHandle NEW_BUILDER = newBuilder();
    private static final MethodHandle STATE = stateGetter("state", false);
    private static final Set<Integer> AT_MONITOR = Set.of(constant("BLOCKED"), constant("UNBLOCKED"));

    private static final int TIMED_PARKED = constant("TIMED_PARKED");
    private static final MethodHandle FORGET = forget();

    private VirtualThreads() {}

    /// @param carrier runs what a thread does between two waits
    static Thread.Builder.OfVirtual on(Executor carrier) {
        try {
            return (Thread.Builder.OfVirtual) NEW_BUILDER.invoke(carrier);
        } catch (Throwable e) {
            throw new IllegalStateException("no virtual thread can be made", e);
        }
    }

    /// Makes the JDK forget a thread that will never go on. It keeps a list of all virtual threads that have
    /// not ended.
    static void forget(Thread thread) {
        try {
            FORGET.invoke(thread);
        } catch (Throwable e) {
            throw new IllegalStateException("a virtual thread cannot be forgotten", e);
        }
    }

    /// Whether a virtual thread waits for a monitor, or has just got one that it waited for.
    static boolean isAtMonitor(Thread thread) {
        return AT_MONITOR.contains(state(thread));
    }

    /// Whether a virtual thread waits for a while, which the machine's clock tells.
    static boolean waitsForAWhile(Thread thread) {
        return state(thread) == TIMED_PARKED;
    }

    private static int state(Thread thread) {
        try {
            return (int) STATE.invoke(thread);
        } catch (Throwable e) {
            throw new IllegalStateException("no state of a virtual thread can be read", e);
        }
    }

    private static int constant(String name) {
        try {
            return (int) stateGetter(name, true).invoke();
        } catch (Throwable e) {
            throw new IllegalStateException("this JDK has other states of virtual threads", e);
        }
    }

    private static MethodHandle stateGetter(String name, boolean constant) {
        try {
            Class<?> type = Class.forName("java.lang.VirtualThread");
            return constant
                    ? lookup().findStaticGetter(type, name, int.class)
                    : lookup().findGetter(type, name, int.class).asType(MethodType.methodType(int.class, Thread.class));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this JDK has other states of virtual threads", e);
        }
    }

    private static MethodHandle forget() {
        try {
            Class<?> container = Class.forName("jdk.internal.vm.ThreadContainer");
            Object root = lookup().findStatic(
                            Class.forName("jdk.internal.vm.ThreadContainers"), "root", MethodType.methodType(container))
                    .invoke();
            return lookup().findVirtual(container, "onExit", MethodType.methodType(void.class, Thread.class))
                    .bindTo(root);
        } catch (Throwable e) {
            throw new IllegalStateException("this JDK lists virtual threads in another way", e);
        }
    }

    private static MethodHandle newBuilder() {
        try {
            Class<?> builder = Class.forName("java.lang.ThreadBuilders$VirtualThreadBuilder");
            return lookup().findConstructor(builder, MethodType.methodType(void.class, Executor.class));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this JDK makes virtual threads in another way", e);
        }
    }

    private static MethodHandles.Lookup lookup() throws ReflectiveOperationException {
        Class<?> type = Class.forName("sun.misc.Unsafe");
        Field theUnsafe = type.getDeclaredField("theUnsafe");
        theUnsafe.setAccessible(true);
        Object unsafe = theUnsafe.get(null);
        Field lookup = MethodHandles.Lookup.class.getDeclaredField("IMPL_LOOKUP");
        Object base = type.getMethod("staticFieldBase", Field.class).invoke(unsafe, lookup);
        long offset = (Long) type.getMethod("staticFieldOffset", Field.class).invoke(unsafe, lookup);
        return (MethodHandles.Lookup)
                type.getMethod("getObject", Object.class, long.class).invoke(unsafe, base, offset);
    }
}
