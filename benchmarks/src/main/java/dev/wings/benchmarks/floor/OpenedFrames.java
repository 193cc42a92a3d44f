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
package dev.wings.benchmarks.floor;

import dev.wings.benchmarks.load.FlightDataReader;
import dev.wings.benchmarks.load.FlightDataReader.Frame;
import io.grpc.MethodDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.apache.arrow.memory.BufferAllocator;

/// Copies the body of each message into a buffer of `allocator`, which the receiver closes.
record OpenedFrames(BufferAllocator allocator) implements MethodDescriptor.Marshaller<Frame> {

    @Override
    public InputStream stream(Frame value) {
        throw new IllegalStateException("frames are only received");
    }

    @Override
    public Frame parse(InputStream stream) {
        try (stream) {
            return FlightDataReader.open(stream, allocator);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
