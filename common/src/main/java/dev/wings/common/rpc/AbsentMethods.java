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

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Methods of a service that a port does not have. By itself, gRPC says of them that they are not found; whoever calls
/// them has mostly taken the port for another.
public final class AbsentMethods {

    private AbsentMethods() {}

    /// The definition with all methods of the service: those that it lacks end with UNIMPLEMENTED and `sentence` before
    /// anything is read.
    public static ServerServiceDefinition explained(
            ServerServiceDefinition definition, ServiceDescriptor service, String sentence) {
        List<ServerMethodDefinition<?, ?>> methods = new ArrayList<>(definition.getMethods());
        Set<String> known = new HashSet<>();
        methods.forEach(method -> known.add(method.getMethodDescriptor().getFullMethodName()));
        for (MethodDescriptor<?, ?> method : service.getMethods()) {
            if (known.add(method.getFullMethodName())) {
                methods.add(absent(method, sentence));
            }
        }
        ServiceDescriptor before = definition.getServiceDescriptor();
        ServiceDescriptor.Builder descriptor =
                ServiceDescriptor.newBuilder(before.getName()).setSchemaDescriptor(before.getSchemaDescriptor());
        methods.forEach(method -> descriptor.addMethod(method.getMethodDescriptor()));
        ServerServiceDefinition.Builder explained = ServerServiceDefinition.builder(descriptor.build());
        methods.forEach(explained::addMethod);
        return explained.build();
    }

    private static <Q, A> ServerMethodDefinition<Q, A> absent(MethodDescriptor<Q, A> method, String sentence) {
        return ServerMethodDefinition.create(method, (call, headers) -> {
            call.close(
                    Status.UNIMPLEMENTED.withDescription(sentence + ": method=" + method.getBareMethodName()),
                    new Metadata());
            return new ServerCall.Listener<>() {};
        });
    }
}
