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
package dev.wings.server.testing;

import com.google.protobuf.Empty;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.CreateViewRequest;
import dev.wings.common.proto.DeleteViewRequest;
import dev.wings.common.proto.GetViewRequest;
import dev.wings.common.proto.ListViewsRequest;
import dev.wings.common.proto.ListViewsResponse;
import dev.wings.common.proto.View;
import dev.wings.common.proto.ViewsGrpc;
import io.grpc.stub.StreamObserver;
import java.util.SortedMap;
import java.util.TreeMap;

/// The service `Views` in memory.
final class MemoryViews extends ViewsGrpc.ViewsImplBase {

    private final SortedMap<String, View> views = new TreeMap<>();
    private int made;

    @Override
    public synchronized void createView(CreateViewRequest request, StreamObserver<View> answer) {
        String name = request.getParent() + "/views/" + request.getViewId();
        if (views.containsKey(name) && !request.getReplace()) {
            throw new WingsException(ErrorKind.ALREADY_EXISTS, "the name is taken: name=" + name);
        }
        View view = request.getView().toBuilder()
                .setName(name)
                .setEtag(String.valueOf(++made))
                .build();
        views.put(name, view);
        answer(answer, view);
    }

    @Override
    public synchronized void getView(GetViewRequest request, StreamObserver<View> answer) {
        View view = views.get(request.getName());
        if (view == null) {
            throw notFound(request.getName());
        }
        boolean known = view.getEtag().equals(request.getEtag());
        answer(
                answer,
                known
                        ? View.newBuilder()
                                .setName(view.getName())
                                .setEtag(view.getEtag())
                                .build()
                        : view);
    }

    @Override
    public synchronized void listViews(ListViewsRequest request, StreamObserver<ListViewsResponse> answer) {
        ListViewsResponse.Builder response = ListViewsResponse.newBuilder();
        views.keySet().stream()
                .filter(name -> name.startsWith(request.getParent() + "/"))
                .forEach(name -> response.addViews(View.newBuilder().setName(name)));
        answer(answer, response.build());
    }

    @Override
    public synchronized void deleteView(DeleteViewRequest request, StreamObserver<Empty> answer) {
        if (views.remove(request.getName()) == null) {
            throw notFound(request.getName());
        }
        answer(answer, Empty.getDefaultInstance());
    }

    private static WingsException notFound(String name) {
        return WingsException.notFound("not found: name=" + name);
    }

    private static <A> void answer(StreamObserver<A> observer, A answer) {
        observer.onNext(answer);
        observer.onCompleted();
    }
}
