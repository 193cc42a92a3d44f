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

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.fair.FairPlaces;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpServerCodec;
import java.net.InetSocketAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// An HTTP/1.1 server that no client can keep from the others by what it sends, does not send, or does not
/// take.
///
/// One thread reads heads and bodies and writes answers, and never waits for a client. A request has a virtual
/// thread of its own only from when it is there as a whole until its answer is. What clients make the server
/// wait for is bounded in time, and in memory by shares of owners. The number of connections is bounded, and
/// those that keep the server waiting for the longest make room: so whoever connects and asks is answered,
/// however many others dawdle.
public final class HttpEdge implements AutoCloseable {

    private static final int BACKLOG = 512;
    private static final int MAX_LINE_BYTES = 16 << 10;
    private static final int MAX_HEADERS_BYTES = 32 << 10;
    private static final int MAX_PART_BYTES = 64 << 10;

    private final EventLoopGroup loop;
    private final EdgeLimits limits;
    private final List<Mount> mounts;
    private final Cors cors;
    private final Connections connections;
    private final FairPlaces bodies;
    private final FairPlaces answers;
    private final Channel listener;

    private HttpEdge(String host, int port, EdgeLimits limits, Cors cors, List<Mount> mounts) {
        this.limits = limits;
        this.cors = cors;
        // the longest prefix first
        this.mounts = mounts.stream()
                .sorted(Comparator.comparingInt((Mount mount) -> mount.prefix().length())
                        .reversed())
                .toList();
        if (this.mounts.isEmpty() || !this.mounts.getLast().prefix().isEmpty()) {
            throw new IllegalArgumentException("an edge has a mount for what no other has");
        }
        this.connections = new Connections(limits.connections());
        this.bodies = new FairPlaces("bytes of requests", limits.bodiesBytes());
        this.answers = new FairPlaces("bytes of answers", limits.answersBytes());
        this.loop = new MultiThreadIoEventLoopGroup(
                1, Thread.ofPlatform().name("http-edge-", 0).daemon().factory(), NioIoHandler.newFactory());
        ChannelFuture bound = new ServerBootstrap()
                .group(loop)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.AUTO_READ, false)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline()
                                .addLast(new HttpServerCodec(MAX_LINE_BYTES, MAX_HEADERS_BYTES, MAX_PART_BYTES))
                                .addLast(new HttpConnection(HttpEdge.this));
                    }
                })
                .bind(new InetSocketAddress(host, port))
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            stopLoop();
            throw new WingsException(
                    ErrorKind.PRECONDITION,
                    "cannot listen for HTTP, is the port taken by another process? address=" + host + ":" + port
                            + ", cause=" + bound.cause().getMessage(),
                    bound.cause());
        }
        this.listener = bound.channel();
    }

    /// Starts to listen on `host` and `port`; 0 takes a free one. Fails with PRECONDITION that names the port
    /// if it is taken.
    ///
    /// @param mounts what is served; one of them has no prefix
    public static HttpEdge open(String host, int port, EdgeLimits limits, List<Mount> mounts) {
        return open(host, port, limits, Cors.NONE, mounts);
    }

    /// Starts to listen as [#open(String,int,EdgeLimits,List)] does, also for the pages of some sites.
    public static HttpEdge open(String host, int port, EdgeLimits limits, Cors cors, List<Mount> mounts) {
        return new HttpEdge(host, port, limits, cors, mounts);
    }

    public int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    /// Refuses new connections and waits for requests that run.
    @Override
    public void close() {
        listener.close().awaitUninterruptibly();
        try {
            connections.drain(loop, limits.drainTime());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            loop.execute(connections::closeAll);
            stopLoop();
        }
    }

    private void stopLoop() {
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    EdgeLimits limits() {
        return limits;
    }

    Mount mount(String path) {
        return mounts.stream().filter(mount -> mount.has(path)).findFirst().orElseGet(mounts::getLast);
    }

    Cors cors() {
        return cors;
    }

    Connections connections() {
        return connections;
    }

    FairPlaces bodies() {
        return bodies;
    }

    /// Finds room for an answer: an owner that lets answers lie loses one to make room for its others. Fails
    /// with EXHAUSTED if that is not enough.
    FairPlaces.Place placeForAnswer(String owner, long bytes) {
        long counted = Math.min(bytes, answers.most());
        Optional<FairPlaces.Place> place = answers.tryAcquire(owner, counted);
        while (place.isEmpty()) {
            boolean cut = loop.submit(() -> connections.cutSlowestTaker(owner))
                    .awaitUninterruptibly()
                    .getNow();
            place = answers.tryAcquire(owner, counted);
            if (place.isEmpty() && !cut) {
                throw WingsException.exhausted("too many answers are not taken: owner=" + owner);
            }
        }
        return place.get();
    }
}
