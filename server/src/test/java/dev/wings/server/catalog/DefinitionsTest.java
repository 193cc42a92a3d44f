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
package dev.wings.server.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Empty;
import dev.wings.common.proto.ClusterMetadataGrpc;
import dev.wings.common.proto.CreateTopicRequest;
import dev.wings.common.proto.DeleteTopicRequest;
import dev.wings.common.proto.Topic;
import dev.wings.common.resource.TopicName;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What was asked of the control plane becomes known, whoever gives up meanwhile.
@Timeout(60)
final class DefinitionsTest {

    private static final CreateTopicRequest REQUEST = CreateTopicRequest.newBuilder()
            .setParent("tenants/default/namespaces/default")
            .setTopicId("made")
            .build();

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch gaveUp = new CountDownLatch(1);
    private Server server;
    private ManagedChannel channel;

    @BeforeEach
    void open() throws IOException {
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(new SlowControlPlane())
                .build()
                .start();
        channel = NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
                .usePlaintext()
                .build();
    }

    @AfterEach
    void close() {
        channel.shutdownNow();
        server.shutdownNow();
    }

    /// Answers when the caller has given up.
    private final class SlowControlPlane extends ClusterMetadataGrpc.ClusterMetadataImplBase {

        @Override
        public void createTopic(CreateTopicRequest request, StreamObserver<Topic> answer) {
            await();
            answer.onNext(Topic.getDefaultInstance());
            answer.onCompleted();
        }

        @Override
        public void deleteTopic(DeleteTopicRequest request, StreamObserver<Empty> answer) {
            await();
            answer.onNext(Empty.getDefaultInstance());
            answer.onCompleted();
        }

        private void await() {
            asked.countDown();
            try {
                gaveUp.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Test
    void topicThatIsMadeForAClientThatGivesUpIsKnown() throws Exception {
        Definitions definitions = new Definitions(channel);
        assertThat(outcome(() -> definitions.createTopic(REQUEST, false))).isTrue();
    }

    @Test
    void topicIsDeletedForAClientThatGivesUp() throws Exception {
        Definitions definitions = new Definitions(channel);
        TopicName name = new TopicName("default", "default", "made");
        assertThat(outcome(() -> definitions.deleteTopic(name, true))).isTrue();
    }

    /// What a change gives whose call is cancelled, and whose thread is interrupted, while it is made.
    private boolean outcome(Callable<Boolean> change) throws Exception {
        Context.CancellableContext call = Context.current().withCancellation();
        FutureTask<Boolean> work = new FutureTask<>(() -> {
            boolean changed = call.call(change);
            assertThat(Thread.interrupted()).as("what follows is told").isTrue();
            return changed;
        });
        Thread thread = Thread.ofVirtual().start(work);
        asked.await();
        call.cancel(null);
        thread.interrupt();
        gaveUp.countDown();
        return work.get(30, TimeUnit.SECONDS);
    }
}
