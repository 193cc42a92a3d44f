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
package dev.wings.common.http;

import dev.wings.common.fair.FairPlaces;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// An answer in parts on its way to a client, of which only so much is in memory. The methods of [HttpBody] are
/// for the thread of the work, the others for the network's.
final class HttpStream implements HttpBody {

    /// So much waits for the client at most before the work does.
    private static final int WINDOW_BYTES = 256 << 10;

    private static final int PART_BYTES = 64 << 10;

    /// So much is in memory at most.
    static final int MOST_BYTES = WINDOW_BYTES + PART_BYTES;

    /// What ends a body counts as much, so that it is waited for as well.
    private static final int END_BYTES = 1;

    private final ChannelHandlerContext context;
    private final Duration stallTime;
    private final Ends ends;
    private final FairPlaces.Place place;

    private long pendingBytes;
    private boolean ended;
    private @Nullable IOException failure;

    // of the network's thread
    private boolean brokenOff;
    private @Nullable Future<?> stallTimer;

    /// What follows an answer, on the network's thread.
    interface Ends {
        /// The client has taken something.
        void progressed();

        /// The client has taken everything.
        void completed();

        /// The client has taken what there is, and there is no more.
        void brokenOff();

        /// The client takes nothing.
        void cut();
    }

    /// @param place for what is in memory; given back when the answer ends
    HttpStream(ChannelHandlerContext context, Duration stallTime, Ends ends, FairPlaces.Place place) {
        this.context = context;
        this.stallTime = stallTime;
        this.ends = ends;
        this.place = place;
    }

    @Override
    public synchronized boolean isReady() {
        return failure != null || pendingBytes < WINDOW_BYTES;
    }

    @Override
    public synchronized void awaitReady() throws IOException {
        try {
            while (!isReady()) {
                wait();
            }
        } catch (InterruptedException e) {
            throw interrupted();
        }
        check();
    }

    private static IOException interrupted() {
        Thread.currentThread().interrupt();
        return new InterruptedIOException("interrupted while a client took its answer");
    }

    private synchronized void check() throws IOException {
        if (failure != null) {
            throw new IOException(failure);
        }
    }

    @Override
    public void write(byte[] bytes, int start, int length) throws IOException {
        for (int from = start; from < start + length; from += PART_BYTES) {
            awaitReady();
            byte[] part = Arrays.copyOfRange(bytes, from, Math.min(start + length, from + PART_BYTES));
            add(new DefaultHttpContent(Unpooled.wrappedBuffer(part)), part.length);
        }
    }

    @Override
    public void end() throws IOException {
        add(LastHttpContent.EMPTY_LAST_CONTENT, END_BYTES);
        synchronized (this) {
            try {
                while (!ended && failure == null) {
                    wait();
                }
            } catch (InterruptedException e) {
                throw interrupted();
            }
        }
        check();
    }

    private void add(HttpObject part, int bytes) throws IOException {
        synchronized (this) {
            pendingBytes += bytes;
        }
        try {
            context.executor().execute(() -> send(part, bytes));
        } catch (RejectedExecutionException e) {
            throw new IOException("the server is stopping", e);
        }
    }

    synchronized boolean isPending() {
        return pendingBytes > 0;
    }

    /// Sends the head.
    void begin(HttpResponse head) {
        send(head, 0);
    }

    private void send(HttpObject part, int bytes) {
        if (stallTimer == null) {
            watchStall();
        }
        ChannelFuture _ = context.writeAndFlush(part).addListener(written -> {
            if (written.isSuccess()) {
                taken(part, bytes);
            } else {
                fail(new IOException("the answer cannot be sent", written.cause()));
                ends.cut();
            }
        });
    }

    private void taken(HttpObject part, int bytes) {
        boolean all;
        synchronized (this) {
            pendingBytes -= bytes;
            all = pendingBytes == 0;
            ended |= part instanceof LastHttpContent;
            notifyAll();
        }
        ends.progressed();
        stopStall();
        if (!all) {
            watchStall();
        } else if (part instanceof LastHttpContent) {
            place.close();
            ends.completed();
        } else if (brokenOff) {
            fail(new IOException("the answer was broken off"));
            ends.brokenOff();
        }
    }

    /// Ends the answer without an end, once the client has taken what was written.
    void breakOff() {
        brokenOff = true;
        if (!isPending()) {
            fail(new IOException("the answer was broken off"));
            ends.brokenOff();
        }
    }

    /// Nothing more can be sent.
    void fail(IOException reason) {
        synchronized (this) {
            if (failure == null) {
                failure = reason;
            }
            notifyAll();
        }
        stopStall();
        place.close();
    }

    private void watchStall() {
        stallTimer = context.executor().schedule(ends::cut, stallTime.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void stopStall() {
        if (stallTimer != null) {
            stallTimer.cancel(false);
            stallTimer = null;
        }
    }
}
