using Estiba.Contracts;
using Estiba.Contracts.Logs;
using Estiba.Logs.Deliveries;
using Estiba.State;

namespace Estiba.Logs;

/// <content>Deliveries: which service delivers the logs of which resource to which log group.</content>
public sealed partial class LogsApi
{
    private const string LogGroupPrefix = "log-group:";

    /// <inheritdoc />
    public async Task<CreateDeliveryResponse> CreateDeliveryAsync(
        CreateDeliveryRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        VendedLogs.CheckFormat(request.RecordFields, request.FieldDelimiter, request.S3DeliveryConfiguration);
        var id = _ids.Uuid().Replace("-", "", StringComparison.Ordinal);
        var delivery = await _store.CommitAsync(
            transaction =>
            {
                var scope = Scope.Of(context);
                var source = RequireDeliverySource(transaction, context, request.DeliverySourceName!);
                var destination = transaction
                    .Range(LogsTables.DeliveryDestinations, scope.Prefix)
                    .FirstOrDefault(its => its.Destination.Arn == request.DeliveryDestinationArn)
                    ?? throw NoSuch("delivery destination");
                if (
                    transaction
                        .Range(LogsTables.Deliveries, scope.Prefix)
                        .Any(its =>
                            its.Delivery.DeliverySourceName == source.Source.Name
                            && its.Delivery.DeliveryDestinationArn == destination.Destination.Arn
                        )
                )
                    throw LogsErrors.ConflictException("Delivery already exists.");
                var made = new DeliveryRecord
                {
                    AccountId = context.AccountId,
                    Region = context.Region,
                    Delivery = new Delivery
                    {
                        Id = id,
                        Arn = DeliveryArn(context, $"delivery:{id}"),
                        DeliverySourceName = source.Source.Name,
                        DeliveryDestinationArn = destination.Destination.Arn,
                        DeliveryDestinationType = destination.Destination.DeliveryDestinationType,
                        RecordFields = request.RecordFields ?? VendedLogs.Fields,
                        FieldDelimiter = request.FieldDelimiter,
                        Tags = request.Tags,
                    },
                };
                transaction.Put(LogsTables.Deliveries, made);
                return made.Delivery;
            },
            cancellation
        );
        return new CreateDeliveryResponse { Delivery = delivery };
    }

    /// <inheritdoc />
    public async Task<UpdateDeliveryConfigurationResponse> UpdateDeliveryConfigurationAsync(
        UpdateDeliveryConfigurationRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        VendedLogs.CheckFormat(request.RecordFields, request.FieldDelimiter, request.S3DeliveryConfiguration);
        await _store.CommitAsync(
            transaction =>
            {
                var known = RequireDelivery(transaction, context, request.Id!);
                transaction.Put(
                    LogsTables.Deliveries,
                    known with
                    {
                        Delivery = known.Delivery with
                        {
                            RecordFields = request.RecordFields ?? known.Delivery.RecordFields,
                            FieldDelimiter = request.FieldDelimiter ?? known.Delivery.FieldDelimiter,
                        },
                    }
                );
            },
            cancellation
        );
        return new UpdateDeliveryConfigurationResponse();
    }

    /// <inheritdoc />
    public Task<DescribeDeliveriesResponse> DescribeDeliveriesAsync(
        DescribeDeliveriesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var (page, next) = PageOf(
            LogsTables.Deliveries,
            request,
            context,
            request.NextToken,
            request.Limit,
            record => record.Key,
            record =>
                request.DeliverySourceNames is null
                || request.DeliverySourceNames.Contains(record.Delivery.DeliverySourceName!)
        );
        return Task.FromResult(
            new DescribeDeliveriesResponse
            {
                Deliveries = [.. page.Select(record => record.Delivery)],
                NextToken = next,
            }
        );
    }

    /// <inheritdoc />
    public Task<GetDeliveryResponse> GetDeliveryAsync(
        GetDeliveryRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Task.FromResult(
            new GetDeliveryResponse { Delivery = RequireDelivery(_store.Current, context, request.Id!).Delivery }
        );

    /// <inheritdoc />
    public async Task<DeleteDeliveryResponse> DeleteDeliveryAsync(
        DeleteDeliveryRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await _store.CommitAsync(
            transaction =>
                transaction.Delete(LogsTables.Deliveries, RequireDelivery(transaction, context, request.Id!).Key),
            cancellation
        );
        return new DeleteDeliveryResponse();
    }

    /// <inheritdoc />
    public async Task<PutDeliverySourceResponse> PutDeliverySourceAsync(
        PutDeliverySourceRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        VendedLogs.CheckSource(request, context);
        var source = await _store.CommitAsync(
            transaction =>
            {
                var scope = Scope.Of(context);
                var own = transaction.Find(LogsTables.DeliverySources, scope.Key(request.Name!));
                if (own is not null && own.Source.ResourceArns![0] != request.ResourceArn)
                    throw LogsErrors.ConflictException(
                        $"The delivery source {request.Name} already exists for another resource."
                    );
                if (
                    transaction
                        .Range(LogsTables.DeliverySources, scope.Prefix)
                        .Any(its =>
                            its.Source.ResourceArns![0] == request.ResourceArn && its.Source.Name != request.Name
                        )
                )
                    throw LogsErrors.ConflictException(
                        "This ResourceId has already been used in another Delivery Source in this account"
                    );
                var made = new DeliverySourceRecord
                {
                    AccountId = context.AccountId,
                    Region = context.Region,
                    Source = new DeliverySource
                    {
                        Name = request.Name,
                        Arn = DeliveryArn(context, $"delivery-source:{request.Name}"),
                        ResourceArns = [request.ResourceArn!],
                        Service = VendedLogs.Service,
                        LogType = request.LogType,
                        Tags = request.Tags ?? own?.Source.Tags,
                    },
                };
                transaction.Put(LogsTables.DeliverySources, made);
                return made.Source;
            },
            cancellation
        );
        return new PutDeliverySourceResponse { DeliverySource = source };
    }

    /// <inheritdoc />
    public Task<DescribeDeliverySourcesResponse> DescribeDeliverySourcesAsync(
        DescribeDeliverySourcesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var (page, next) = PageOf(
            LogsTables.DeliverySources,
            request,
            context,
            request.NextToken,
            request.Limit,
            record => record.Key,
            record => request.ResourceArns?.Intersect(record.Source.ResourceArns!).Any() != false
        );
        return Task.FromResult(
            new DescribeDeliverySourcesResponse
            {
                DeliverySources = [.. page.Select(record => record.Source)],
                NextToken = next,
            }
        );
    }

    /// <inheritdoc />
    public Task<GetDeliverySourceResponse> GetDeliverySourceAsync(
        GetDeliverySourceRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Task.FromResult(
            new GetDeliverySourceResponse
            {
                DeliverySource = RequireDeliverySource(_store.Current, context, request.Name!).Source,
            }
        );

    /// <inheritdoc />
    public async Task<DeleteDeliverySourceResponse> DeleteDeliverySourceAsync(
        DeleteDeliverySourceRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await _store.CommitAsync(
            transaction =>
            {
                var source = RequireDeliverySource(transaction, context, request.Name!);
                RequireNoDelivery(transaction, context, its => its.DeliverySourceName == request.Name);
                transaction.Delete(LogsTables.DeliverySources, source.Key);
            },
            cancellation
        );
        return new DeleteDeliverySourceResponse();
    }

    /// <inheritdoc />
    public async Task<PutDeliveryDestinationResponse> PutDeliveryDestinationAsync(
        PutDeliveryDestinationRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var format = request.OutputFormat ?? OutputFormat.Plain;
        if (!VendedLogs.Template.AllowedOutputFormats!.Contains(format))
            throw LogsErrors.ValidationException(
                $"The output format {format} is not valid for log groups. Valid values: plain, json."
            );
        if (request.DeliveryDestinationType is { } type && type != DeliveryDestinationType.Cwl)
            throw LogsErrors.ValidationException($"Logs are delivered to log groups alone, not to {type}.");
        if (request.RoleArn is not null)
            throw LogsErrors.ValidationException("roleArn is not valid for deliveries to log groups.");
        var destination = await _store.CommitAsync(
            transaction =>
            {
                var scope = Scope.Of(context);
                var known = transaction.Find(LogsTables.DeliveryDestinations, scope.Key(request.Name!));
                var resource = request.DeliveryDestinationConfiguration?.DestinationResourceArn
                    ?? known?.Destination.DeliveryDestinationConfiguration!.DestinationResourceArn
                    ?? throw LogsErrors.ValidationException("deliveryDestinationConfiguration must be specified.");
                RequireLogGroup(transaction, context, resource);
                var made = new DeliveryDestinationRecord
                {
                    AccountId = context.AccountId,
                    Region = context.Region,
                    Destination = new DeliveryDestination
                    {
                        Name = request.Name,
                        Arn = DeliveryArn(context, $"delivery-destination:{request.Name}"),
                        DeliveryDestinationType = DeliveryDestinationType.Cwl,
                        OutputFormat = request.OutputFormat ?? known?.Destination.OutputFormat ?? format,
                        DeliveryDestinationConfiguration = new DeliveryDestinationConfiguration
                        {
                            DestinationResourceArn = resource,
                        },
                        Tags = request.Tags ?? known?.Destination.Tags,
                    },
                };
                transaction.Put(LogsTables.DeliveryDestinations, made);
                return made.Destination;
            },
            cancellation
        );
        return new PutDeliveryDestinationResponse { DeliveryDestination = destination };
    }

    /// <inheritdoc />
    public Task<DescribeDeliveryDestinationsResponse> DescribeDeliveryDestinationsAsync(
        DescribeDeliveryDestinationsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var (page, next) = PageOf(
            LogsTables.DeliveryDestinations,
            request,
            context,
            request.NextToken,
            request.Limit,
            record => record.Key,
            record => request.Names?.Contains(record.Destination.Name!) != false
        );
        return Task.FromResult(
            new DescribeDeliveryDestinationsResponse
            {
                DeliveryDestinations = [.. page.Select(record => record.Destination)],
                NextToken = next,
            }
        );
    }

    /// <inheritdoc />
    public Task<GetDeliveryDestinationResponse> GetDeliveryDestinationAsync(
        GetDeliveryDestinationRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Task.FromResult(
            new GetDeliveryDestinationResponse
            {
                DeliveryDestination = RequireDeliveryDestination(_store.Current, context, request.Name!).Destination,
            }
        );

    /// <inheritdoc />
    public async Task<DeleteDeliveryDestinationResponse> DeleteDeliveryDestinationAsync(
        DeleteDeliveryDestinationRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await _store.CommitAsync(
            transaction =>
            {
                var known = RequireDeliveryDestination(transaction, context, request.Name!);
                RequireNoDelivery(transaction, context, its => its.DeliveryDestinationArn == known.Destination.Arn);
                transaction.Delete(LogsTables.DeliveryDestinations, known.Key);
            },
            cancellation
        );
        return new DeleteDeliveryDestinationResponse();
    }

    /// <inheritdoc />
    /// <remarks>Nothing is delivered across accounts, so no destination has a policy.</remarks>
    public Task<GetDeliveryDestinationPolicyResponse> GetDeliveryDestinationPolicyAsync(
        GetDeliveryDestinationPolicyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        _ = RequireDeliveryDestination(_store.Current, context, request.DeliveryDestinationName!);
        throw NoSuch("delivery destination policy");
    }

    /// <inheritdoc />
    public Task<DeleteDeliveryDestinationPolicyResponse> DeleteDeliveryDestinationPolicyAsync(
        DeleteDeliveryDestinationPolicyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        _ = RequireDeliveryDestination(_store.Current, context, request.DeliveryDestinationName!);
        throw NoSuch("delivery destination policy");
    }

    /// <inheritdoc />
    public Task<DescribeConfigurationTemplatesResponse> DescribeConfigurationTemplatesAsync(
        DescribeConfigurationTemplatesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        if (request.NextToken is not null)
            throw PageToken.Invalid();
        var only = VendedLogs.Template;
        bool IsAsked(IReadOnlyList<string>? wanted, string value) => wanted is null || wanted.Contains(value);
        var isAsked =
            (request.Service is null || request.Service == only.Service)
            && IsAsked(request.LogTypes, only.LogType!)
            && IsAsked(request.ResourceTypes, only.ResourceType!)
            && IsAsked(request.DeliveryDestinationTypes, only.DeliveryDestinationType!);
        return Task.FromResult(
            new DescribeConfigurationTemplatesResponse { ConfigurationTemplates = isAsked ? [only] : [] }
        );
    }

    private (IReadOnlyList<TRecord> Page, string? Next) PageOf<TRecord, TRequest>(
        Table<TRecord> table,
        TRequest request,
        CallContext context,
        string? token,
        int? limit,
        Func<TRecord, string> keyOf,
        Func<TRecord, bool>? isWanted = null
    )
        where TRecord : class
        where TRequest : IShape<TRequest>
    {
        var most = limit ?? DefaultPage;
        var page = _store
            .Current.Range(table, Scope.Of(context).Prefix, PageToken.Decode(token, request, context))
            .Where(record => isWanted?.Invoke(record) != false)
            .Take(most + 1)
            .ToList();
        return (
            [.. page.Take(most)],
            page.Count > most ? PageToken.Encode(keyOf(page[most - 1]), request, context) : null
        );
    }

    private static string DeliveryArn(CallContext context, string resource) =>
        new Arn("logs", context.Region, context.AccountId, resource).ToString();

    private static DeliveryRecord RequireDelivery(View view, CallContext context, string id) =>
        view.Find(LogsTables.Deliveries, Scope.Of(context).Key(id)) ?? throw NoSuch("delivery");

    private static DeliverySourceRecord RequireDeliverySource(View view, CallContext context, string name) =>
        view.Find(LogsTables.DeliverySources, Scope.Of(context).Key(name)) ?? throw NoSuch("delivery source");

    private static DeliveryDestinationRecord RequireDeliveryDestination(View view, CallContext context, string name) =>
        view.Find(LogsTables.DeliveryDestinations, Scope.Of(context).Key(name)) ?? throw NoSuch("delivery destination");

    private static void RequireNoDelivery(View view, CallContext context, Func<Delivery, bool> isOf)
    {
        if (view.Range(LogsTables.Deliveries, Scope.Of(context).Prefix).Any(record => isOf(record.Delivery)))
            throw LogsErrors.ConflictException("Delete the deliveries that are associated with it first.");
    }

    private static void RequireLogGroup(View view, CallContext context, string resource)
    {
        if (
            !Arn.TryParse(resource, out var arn)
            || arn.Service != "logs"
            || !arn.Resource.StartsWith(LogGroupPrefix, StringComparison.Ordinal)
            || (arn.AccountId, arn.Region) != (context.AccountId, context.Region)
        )
            throw LogsErrors.ValidationException(
                $"Logs are delivered to log groups of this account and region, not to {resource}."
            );
        _ = GroupIdentifiedBy(view, context, resource);
    }
}
