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
package dev.wings.common.seed;

import java.util.Collections;
import java.util.Comparator;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.ClassDescriptor;
import org.junit.jupiter.api.ClassOrderer;
import org.junit.jupiter.api.ClassOrdererContext;
import org.junit.jupiter.api.MethodDescriptor;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.MethodOrdererContext;

/// Runs test classes, and the methods of each, in a random order, so that no test comes to need what another
/// one leaves behind. Every JVM prints the seed of its order; `-Dwings.test.order=N` gives that order again,
/// also when one class runs
/// alone.
public final class RandomOrder implements ClassOrderer, MethodOrderer {

    private static final long SEED = chooseSeed();

    private static long chooseSeed() {
        long seed =
                Long.getLong("wings.test.order", RandomGenerator.getDefault().nextInt(1_000_000));
        System.out.println("order of tests: -Dwings.test.order=" + seed);
        return seed;
    }

    private static java.util.Random random(long seed) {
        return new java.util.Random(seed);
    }

    @Override
    public void orderClasses(ClassOrdererContext context) {
        context.getClassDescriptors()
                .sort(Comparator.comparing(
                        (ClassDescriptor each) -> each.getTestClass().getName()));
        Collections.shuffle(context.getClassDescriptors(), random(SEED));
    }

    @Override
    public void orderMethods(MethodOrdererContext context) {
        context.getMethodDescriptors()
                .sort(Comparator.comparing(
                        (MethodDescriptor each) -> each.getMethod().toGenericString()));
        Collections.shuffle(
                context.getMethodDescriptors(),
                random(SEED + context.getTestClass().getName().hashCode()));
    }
}
