using System.Security.Cryptography;
using Estiba.Contracts.Sns;
using Estiba.Contracts.Sqs;
using Estiba.Hosting;
using Estiba.Hosting.Calls;
using Estiba.Hosting.Certificates;
using Estiba.Hosting.Controllers;
using Estiba.Hosting.Http;
using Estiba.Messaging.Cleaning;
using Estiba.Messaging.Delivery;
using Estiba.Messaging.Signing;
using Estiba.State;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Estiba.Messaging;

/// <summary>
/// Amazon SNS: topics, and what is published to them. It calls Amazon SQS for subscribed queues. Without a
/// <see cref="NotificationSealKey"/> the key that it signs with can be read until the process ends.
/// </summary>
/// <param name="options">Where it is reached, and how much it holds.</param>
public sealed class SnsModule(MessagingOptions options) : Module
{
    private const string Principal = "sns.amazonaws.com";

    /// <summary>How many subscriptions are worked on at the same time: most of that time is waiting for them.</summary>
    private const int Parallel = 256;

    private static readonly TimeSpan CleaningInterval = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    public override string Name => "sns";

    /// <inheritdoc/>
    public override IReadOnlyList<Table> Tables => SnsTables.All;

    /// <inheritdoc/>
    public override IReadOnlyList<ServiceDeclaration> Services { get; } =
    [ServiceDeclaration.Of<ISnsApi, SnsApi>("Amazon SNS")];

    /// <inheritdoc/>
    public override Task<OpenModule> OpenAsync(ModuleHost host, CancellationToken cancellation)
    {
        var seal = new PrivateKeySeal(
            host.Find<NotificationSealKey>()?.Value ?? RandomNumberGenerator.GetBytes(PrivateKeySeal.KeyBytes)
        );
        var signer = new NotificationSigner(host.Store, seal, options.Endpoint, host.Time);
        var endpoints = new EndpointSender(host.Time);
        var reconciler = new DeliveryReconciler(
            host.Store,
            signer,
            new QueueSender(host.Neighbour<ISqsApi>(CallPrincipal.Service(Principal))),
            endpoints,
            options.Endpoint,
            host.Time,
            host.Loggers.CreateLogger("Estiba.Notifications")
        );
        return Task.FromResult(
            new OpenModule
            {
                Dispatchers = [new SnsDispatcher(new SnsApi(host.Store, options, host.Time))],
                Paths = [HttpPath.Open(NotificationSigner.Path, http => CertificateAsync(http, signer))],
                // Queues answer at once, and subscribers when they like: neither waits for the other.
                Controllers =
                [
                    Deliver("sns.queues", reconciler, ofQueues: true),
                    Deliver("sns.endpoints", reconciler, ofQueues: false),
                ],
                Chores =
                [
                    new Chore("sns.cleaning", CleaningInterval, new TopicCleaning(host.Store, host.Time).RunAsync)
                    {
                        AtStart = true,
                    },
                ],
                CloseAsync = () =>
                {
                    endpoints.Dispose();
                    signer.Dispose();
                    return ValueTask.CompletedTask;
                },
            }
        );
    }

    private static Controller Deliver(string name, DeliveryReconciler reconciler, bool ofQueues) =>
        new(name, reconciler)
        {
            AtStart = view =>
                view.Range(SnsTables.Deliveries)
                    .Where(delivery => delivery.IsOfQueue == ofQueues)
                    .Select(delivery => delivery.Subscription)
                    .Distinct(StringComparer.Ordinal),
            Triggers =
            [
                Trigger.On(SnsTables.Deliveries, change =>
                    change is { Before: null, After: { } delivery } && delivery.IsOfQueue == ofQueues
                        ? delivery.Subscription
                        : null
                ),
                Trigger.On(SnsTables.Subscriptions, change =>
                    change is { Before: { } gone, After: null } && gone.IsOfQueue == ofQueues ? gone.Key : null
                ),
            ],
            Options = new ReconcilerOptions { Parallelism = ofQueues ? new ReconcilerOptions().Parallelism : Parallel },
        };

    private static async Task CertificateAsync(HttpContext http, NotificationSigner signer)
    {
        var path = http.Request.Path.Value![NotificationSigner.Path.Length..];
        if (
            !HttpMethods.IsGet(http.Request.Method)
            || await signer.CertificateAsync(path, http.RequestAborted) is not { } certificate
        )
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        http.Response.ContentType = "application/x-pem-file";
        await http.Response.WriteAsync(certificate, http.RequestAborted);
    }
}

/// <summary>What the key that notifications are signed with is sealed with, shared with the module.</summary>
/// <param name="Value">32 bytes.</param>
public sealed record NotificationSealKey(ReadOnlyMemory<byte> Value);
