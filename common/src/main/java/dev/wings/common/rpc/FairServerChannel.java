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
package dev.wings.common.rpc;

import dev.wings.common.fair.FairPlaces;
import io.netty.channel.Channel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/// Accepts a bounded number of connections, shared by the addresses that they come from, and closes others at once:
/// gRPC itself takes as many as there are files, and each takes memory.
final class FairServerChannel extends NioServerSocketChannel {

    /// An IPv6 address counts by its network: a host has all addresses of one.
    private static final int NETWORK_BYTES = 8;

    private final FairPlaces connections;

    FairServerChannel(FairPlaces connections) {
        this.connections = connections;
    }

    @Override
    protected int doReadMessages(List<Object> accepted) throws Exception {
        int known = accepted.size();
        int read = super.doReadMessages(accepted);
        Iterator<Object> news = accepted.subList(known, accepted.size()).iterator();
        while (news.hasNext()) {
            if (news.next() instanceof SocketChannel connection && !takeUp(connection)) {
                news.remove();
            }
        }
        return read;
    }

    private boolean takeUp(SocketChannel connection) {
        Optional<FairPlaces.Place> place = connections.tryAcquire(client(connection));
        place.ifPresentOrElse(
                taken -> connection.closeFuture().addListener(closed -> taken.close()),
                ((Channel) connection).unsafe()::closeForcibly);
        return place.isPresent();
    }

    private static String client(SocketChannel connection) {
        if (connection.remoteAddress() == null) {
            // it is gone already
            return "";
        }
        InetAddress address = connection.remoteAddress().getAddress();
        return address instanceof Inet6Address
                ? HexFormat.of().formatHex(Arrays.copyOf(address.getAddress(), NETWORK_BYTES))
                : address.getHostAddress();
    }
}
