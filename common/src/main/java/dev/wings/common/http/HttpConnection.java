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

import dev.wings.common.error.WingsException;
import dev.wings.common.fair.FairPlaces;
import dev.wings.common.http.HttpService.Answerer;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One connection: requests follow each other, and none is read before the one before it is answered.
///
/// ```
///   HEAD ──▶ BODY ──▶ WORK ──▶ ANSWER ──▶ HEAD ...
///              │       └────▶ STREAM ──▶ HEAD ...
///              └───── refused ────┴──▶ LAST (the client may read its answer, what it sends is dropped)
/// ```
///
/// All of it runs on the network's thread, except the work itself.
final class HttpConnection extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(HttpConnection.class);

    /// Gives a client time to read why it was refused, before unread bytes of its own reset the connection.
    private static final Duration LAST_TIME = Duration.ofSeconds(2);

    private static final FullHttpResponse CONTINUE =
            new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER);

    private enum State {
        HEAD,
        BODY,
        WORK,
        ANSWER,
        STREAM,
        LAST
    }

    private final HttpEdge edge;

    private @Nullable ChannelHandlerContext context;
    private @Nullable InetAddress client;
    private @Nullable Future<?> timer;
    private State state = State.HEAD;
    private long since;
    private final Deque<Object> early = new ArrayDeque<>();

    private @Nullable Request request;
    private @Nullable Thread worker;
    private @Nullable HttpStream stream;

    /// Whether what comes is read while the request is worked on, so that it shows when the client goes away.
    private boolean watched;

    HttpConnection(HttpEdge edge) {
        this.edge = edge;
    }

    /// A request that is being read or worked on.
    private record Request(
            HttpRequest head,
            Mount mount,
            String owner,
            boolean keepAlive,
            ByteArrayOutputStream body,
            FairPlaces.Place bodyPlace) {}

    @Override
    public void channelActive(ChannelHandlerContext opened) {
        context = opened;
        client = ((InetSocketAddress) opened.channel().remoteAddress()).getAddress();
        awaitHead();
        edge.connections().add(this);
    }

    @Override
    public void channelInactive(ChannelHandlerContext closed) {
        stopTimer();
        dropEarly();
        if (stream != null) {
            stream.fail(new IOException("the client has gone away"));
        }
        if (state != State.WORK && state != State.STREAM) {
            giveBackBody();
        } else if (worker != null) {
            worker.interrupt();
        }
        edge.connections().remove(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext failed, Throwable cause) {
        LOG.debug("connection fails: client={}, cause={}", client, cause.toString());
        cut();
    }

    /// Ends the connection at once.
    void cut() {
        ChannelFuture _ = context().close();
    }

    InetAddress client() {
        return Objects.requireNonNull(client);
    }

    long since() {
        return since;
    }

    boolean waitsForClient() {
        return state == State.STREAM ? Objects.requireNonNull(stream).isPending() : state != State.WORK;
    }

    /// Whether no request is there as a whole and not yet answered.
    boolean isIdle() {
        return state != State.WORK && state != State.ANSWER && state != State.STREAM;
    }

    boolean isAnswering() {
        return state == State.ANSWER || (state == State.STREAM && waitsForClient());
    }

    boolean isOf(String owner) {
        return request != null && request.owner.equals(owner);
    }

    /// One read may bring more than one request: the next one waits until the one before it is answered.
    @Override
    public void channelRead(ChannelHandlerContext from, Object message) {
        early.add(message);
        takeEarly();
    }

    private void takeEarly() {
        while (waitsForMore() && !early.isEmpty()) {
            Object message = early.remove();
            try {
                switch (state) {
                    case HEAD -> onHead((HttpRequest) message);
                    case BODY -> onBody((HttpContent) message, Objects.requireNonNull(request));
                    default -> LOG.trace("dropped: client={}", client);
                }
            } catch (WingsException e) {
                refuse(Objects.requireNonNull(request).mount.service().refused(e));
            } finally {
                ReferenceCountUtil.release(message);
            }
        }
        // what a client sends ahead is read once, and then waits in its connection
        context().channel().config().setAutoRead(waitsForMore() || (watched && early.isEmpty()));
    }

    private boolean waitsForMore() {
        return state == State.HEAD || state == State.BODY || state == State.LAST;
    }

    private void dropEarly() {
        early.forEach(ReferenceCountUtil::release);
        early.clear();
    }

    private void onHead(HttpRequest head) {
        HttpHead asked = new HttpHead(head, client());
        Mount mount = edge.mount(asked.path());
        String owner = head.decoderResult().isSuccess() ? mount.service().owner(asked) : "";
        request = new Request(
                head,
                mount,
                owner,
                HttpUtil.isKeepAlive(head),
                new ByteArrayOutputStream(0),
                edge.bodies().tryAcquire(owner, 0).orElseThrow());
        enter(State.BODY, edge.limits().requestTime());
        if (!head.decoderResult().isSuccess()) {
            throw WingsException.invalid("not an HTTP request that is understood: cause="
                    + head.decoderResult().cause().getClass().getSimpleName());
        }
        if (HttpUtil.getContentLength(head, 0L) > mount.bodyBytes()) {
            refuse(tooLarge(mount));
            return;
        }
        if (HttpUtil.is100ContinueExpected(head)) {
            ChannelFuture _ = context().writeAndFlush(CONTINUE.retainedDuplicate());
        }
    }

    private void onBody(HttpContent part, Request current) {
        if (!part.decoderResult().isSuccess()) {
            throw WingsException.invalid("the body of the request is not understood");
        }
        int bytes = part.content().readableBytes();
        if (current.body.size() + bytes > current.mount.bodyBytes()) {
            refuse(tooLarge(current.mount));
            return;
        }
        // what arrives is held twice when it is whole: as it came, and as it is handed over
        if (bytes > 0 && !current.bodyPlace.tryGrow(bytes)) {
            throw WingsException.exhausted("too many requests at once: no room for the bodies of more");
        }
        byte[] copy = new byte[bytes];
        part.content().readBytes(copy);
        current.body.writeBytes(copy);
        if (part instanceof LastHttpContent) {
            work(current);
        }
    }

    private static HttpAnswer tooLarge(Mount mount) {
        return mount.service().refused(413, "the request is too large: limit_bytes=" + mount.bodyBytes());
    }

    @SuppressWarnings("ReferenceEquality") // a request is itself
    private void work(Request current) {
        state = State.WORK;
        HttpHead head = new HttpHead(current.head, client());
        byte[] body = current.body.toByteArray();
        Answerer answerer = new Answers(current);
        worker = Thread.ofVirtual().name("http").start(() -> {
            try {
                Optional<HttpAnswer> preflight = edge.cors().preflight(head);
                if (preflight.isPresent()) {
                    answerer.send(preflight.get());
                } else {
                    current.mount.serve(head, current.owner, body, answerer);
                }
            } catch (InterruptedException | IOException e) {
                LOG.debug("request ends early: path={}, cause={}", head.path(), e.toString());
            } catch (RuntimeException | Error e) {
                LOG.error("request failed: method={}, path={}", head.method(), head.path(), e);
            } finally {
                current.bodyPlace.close();
                onNetwork(() -> {
                    if (request == current && state == State.WORK) {
                        cut();
                    } else if (request == current && state == State.STREAM) {
                        Objects.requireNonNull(stream).breakOff();
                    }
                });
            }
        });
    }

    /// What answers a request, on the thread of its work.
    private final class Answers implements Answerer {
        private final Request current;

        Answers(Request current) {
            this.current = current;
        }

        @Override
        public void send(HttpAnswer answer) throws IOException {
            HttpConnection.this.send(current, answer);
        }

        @Override
        public HttpBody start(HttpAnswer head) throws IOException {
            return HttpConnection.this.start(current, head);
        }

        @Override
        @SuppressWarnings("ReferenceEquality") // a request is itself
        public void endWithClient() {
            onNetwork(() -> {
                if (request == current && state == State.WORK) {
                    watched = true;
                    takeEarly();
                }
            });
        }
    }

    /// Runs something on the network's thread. Returns whether that thread still runs.
    private boolean onNetwork(Runnable action) {
        try {
            context().executor().execute(action);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    /// Sends the answer from the thread of the work, and returns when the client has taken it.
    private void send(Request current, HttpAnswer answer) throws IOException {
        FairPlaces.Place place;
        try {
            place = edge.placeForAnswer(current.owner, answer.body().length);
        } catch (WingsException e) {
            await(current, current.mount.service().refused(e));
            return;
        }
        try (place) {
            await(current, answer);
        }
    }

    private void await(Request current, HttpAnswer answer) throws IOException {
        CompletableFuture<Void> taken = new CompletableFuture<>();
        if (!onNetwork(() -> answer(current, answer, taken))) {
            throw new IOException("the server is stopping");
        }
        try {
            taken.get();
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted before the client took its answer");
        }
    }

    @SuppressWarnings("ReferenceEquality") // a request is itself
    private void answer(Request current, HttpAnswer answer, CompletableFuture<Void> taken) {
        if (state != State.WORK || request != current || !context().channel().isActive()) {
            taken.completeExceptionally(new IOException("the connection is cut"));
            return;
        }
        state = State.ANSWER;
        since = edge.connections().nextMoment();
        worker = null;
        boolean goesOn = current.keepAlive && !edge.connections().isDraining();
        write(current, answer, goesOn).addListener(written -> {
            if (!written.isSuccess()) {
                taken.completeExceptionally(written.cause());
                cut();
                return;
            }
            taken.complete(null);
            if (goesOn) {
                awaitHead();
            } else {
                last();
            }
        });
    }

    /// Starts an answer in parts from the thread of the work.
    private HttpBody start(Request current, HttpAnswer head) throws IOException {
        FairPlaces.Place place = edge.placeForAnswer(current.owner, HttpStream.MOST_BYTES);
        CompletableFuture<HttpBody> started = new CompletableFuture<>();
        if (!onNetwork(() -> start(current, head, place, started))) {
            place.close();
            throw new IOException("the server is stopping");
        }
        try {
            return started.get();
        } catch (ExecutionException e) {
            place.close();
            throw new IOException(e.getCause());
        } catch (InterruptedException e) {
            // the place goes with the stream, which ends when the work ends
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted before the answer started");
        }
    }

    @SuppressWarnings("ReferenceEquality") // a request is itself
    private void start(
            Request current, HttpAnswer answer, FairPlaces.Place place, CompletableFuture<HttpBody> started) {
        if (state != State.WORK || request != current || !context().channel().isActive()) {
            place.close();
            started.completeExceptionally(new IOException("the connection is cut"));
            return;
        }
        state = State.STREAM;
        since = edge.connections().nextMoment();
        boolean chunked = !current.head.protocolVersion().equals(HttpVersion.HTTP_1_0);
        boolean goesOn = chunked && current.keepAlive && !edge.connections().isDraining();
        HttpResponse response =
                new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(answer.status()));
        setHeaders(response, current, answer, goesOn);
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, answer.type());
        if (chunked) {
            HttpUtil.setTransferEncodingChunked(response, true);
        }
        HttpStream opened =
                new HttpStream(context(), edge.limits().stallTime(), new StreamEnds(current, chunked, goesOn), place);
        stream = opened;
        opened.begin(response);
        started.complete(opened);
    }

    /// What becomes of the connection when an answer in parts ends.
    private final class StreamEnds implements HttpStream.Ends {
        private final Request current;
        private final boolean chunked;
        private final boolean goesOn;

        StreamEnds(Request current, boolean chunked, boolean goesOn) {
            this.current = current;
            this.chunked = chunked;
            this.goesOn = goesOn;
        }

        @SuppressWarnings("ReferenceEquality") // a request is itself
        private boolean isOver() {
            return state != State.STREAM || request != current;
        }

        @Override
        public void progressed() {
            since = edge.connections().nextMoment();
        }

        @Override
        public void completed() {
            if (isOver()) {
                return;
            }
            worker = null;
            stream = null;
            if (goesOn) {
                awaitHead();
            } else {
                last();
            }
        }

        @Override
        public void brokenOff() {
            if (isOver()) {
                return;
            }
            worker = null;
            stream = null;
            if (chunked) {
                // the client misses the last chunk
                last();
            } else {
                // nothing else tells such a client that there should be more
                context().channel().config().setOption(ChannelOption.SO_LINGER, 0);
                cut();
            }
        }

        @Override
        public void cut() {
            HttpConnection.this.cut();
        }
    }

    /// Answers without reading on, which ends the connection.
    private void refuse(HttpAnswer answer) {
        Request refused = Objects.requireNonNull(request);
        giveBackBody();
        enter(State.LAST, LAST_TIME);
        write(refused, answer, false).addListener(written -> last());
    }

    private ChannelFuture write(Request answered, HttpAnswer answer, boolean goesOn) {
        boolean bare = answer.body().length == 0 || answered.head.method().equals(HttpMethod.HEAD);
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                HttpResponseStatus.valueOf(answer.status()),
                bare ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(answer.body()));
        setHeaders(response, answered, answer, goesOn);
        if (answer.body().length > 0) {
            response.headers().set(HttpHeaderNames.CONTENT_TYPE, answer.type());
        }
        if (answer.status() != HttpResponseStatus.NO_CONTENT.code()
                && answer.status() != HttpResponseStatus.NOT_MODIFIED.code()) {
            response.headers().set(HttpHeaderNames.CONTENT_LENGTH, answer.body().length);
        }
        return context().writeAndFlush(response);
    }

    private void setHeaders(HttpResponse response, Request answered, HttpAnswer answer, boolean goesOn) {
        response.headers().set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE);
        edge.cors()
                .headers(answered.head.headers().getAll(HttpHeaderNames.ORIGIN))
                .forEach((name, value) -> response.headers().set(name, value));
        answer.headers().forEach((name, value) -> response.headers().set(name, value));
        if (!goesOn) {
            response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        } else if (answered.head.protocolVersion().equals(HttpVersion.HTTP_1_0)) {
            response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
        }
    }

    /// Says that nothing more comes, and waits for a moment for the client to say the same.
    private void last() {
        if (!context().channel().isActive()) {
            return;
        }
        watched = false;
        enter(State.LAST, LAST_TIME);
        ChannelFuture _ = ((SocketChannel) context().channel()).shutdownOutput();
        takeEarly();
    }

    private void awaitHead() {
        request = null;
        watched = false;
        enter(State.HEAD, edge.limits().headTime());
        takeEarly();
    }

    private void enter(State next, Duration atMost) {
        state = next;
        since = edge.connections().nextMoment();
        stopTimer();
        timer = context().executor().schedule(this::cut, atMost.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void stopTimer() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    private void giveBackBody() {
        if (request != null) {
            request.bodyPlace.close();
        }
    }

    private ChannelHandlerContext context() {
        return Objects.requireNonNull(context);
    }
}
