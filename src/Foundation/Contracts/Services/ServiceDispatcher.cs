using System.Diagnostics.CodeAnalysis;

namespace Estiba.Contracts;

/// <summary>One operation as the gateway calls it: read, validate, call.</summary>
public abstract class OperationHandler(OperationModel model)
{
    /// <summary>The operation's facts.</summary>
    public OperationModel Model => model;

    /// <summary>
    /// Whether somebody wrote it. Who asks for an operation that is not there should hear that first, whatever else is
    /// wrong with the request.
    /// </summary>
    internal Func<bool> IsImplemented { get; set; } = static () => true;

    /// <summary>Whether there is more to it than the answer that nobody wrote it.</summary>
    public bool IsThere => IsImplemented();

    /// <summary>Reads and validates the request, calls the operation and gives its answer.</summary>
    /// <param name="request">The request in its protocol's form.</param>
    /// <param name="service">The service's facts.</param>
    /// <param name="context">Who calls.</param>
    /// <param name="cancellation">Abandons it.</param>
    /// <param name="admit">Throws when the caller may not do what the request asks for; null to ask nobody.</param>
    /// <exception cref="AwsException">The request breaks the contract, or the operation refuses it.</exception>
    public abstract Task<IShape> InvokeAsync(
        ShapeReader request,
        ServiceModel service,
        CallContext context,
        CancellationToken cancellation,
        Func<IShape, ValueTask>? admit = null
    );

    /// <summary>The same, with a request that somebody within the process has made.</summary>
    /// <param name="request">The request, of the operation's own type.</param>
    /// <param name="service">The service.</param>
    /// <param name="context">Who calls.</param>
    /// <param name="cancellation">The caller has left.</param>
    /// <param name="admit">Refuses a request that the caller may not make.</param>
    public abstract Task<IShape> InvokeAsync(
        IShape request,
        ServiceModel service,
        CallContext context,
        CancellationToken cancellation,
        Func<IShape, ValueTask>? admit = null
    );

    /// <summary>Ties an operation to the method that implements it.</summary>
    public static OperationHandler Create<TRequest, TResponse>(
        OperationModel model,
        Func<TRequest, CallContext, CancellationToken, Task<TResponse>> call
    )
        where TRequest : IShape<TRequest>
        where TResponse : IShape<TResponse> => new Typed<TRequest, TResponse>(model, call);

    /// <summary>An operation that AWS has and nobody has written.</summary>
    internal static OperationHandler Missing(OperationModel model) =>
        new NotWritten(model) { IsImplemented = static () => false };

    private sealed class NotWritten(OperationModel model) : OperationHandler(model)
    {
        public override Task<IShape> InvokeAsync(
            ShapeReader request,
            ServiceModel service,
            CallContext context,
            CancellationToken cancellation,
            Func<IShape, ValueTask>? admit = null
        ) => throw service.Protocols[0].NotImplemented(service, Model);

        public override Task<IShape> InvokeAsync(
            IShape request,
            ServiceModel service,
            CallContext context,
            CancellationToken cancellation,
            Func<IShape, ValueTask>? admit = null
        ) => throw service.Protocols[0].NotImplemented(service, Model);
    }

    private sealed class Typed<TRequest, TResponse>(
        OperationModel model,
        Func<TRequest, CallContext, CancellationToken, Task<TResponse>> call
    ) : OperationHandler(model)
        where TRequest : IShape<TRequest>
        where TResponse : IShape<TResponse>
    {
        public override Task<IShape> InvokeAsync(
            ShapeReader request,
            ServiceModel service,
            CallContext context,
            CancellationToken cancellation,
            Func<IShape, ValueTask>? admit = null
        )
        {
            if (!IsImplemented())
                throw service.Protocols[0].NotImplemented(service, Model);
            var typed = TRequest.Read(request);
            request.End();
            return CallAsync(typed, service, context, admit, cancellation);
        }

        public override Task<IShape> InvokeAsync(
            IShape request,
            ServiceModel service,
            CallContext context,
            CancellationToken cancellation,
            Func<IShape, ValueTask>? admit = null
        ) =>
            IsImplemented()
                ? CallAsync((TRequest)request, service, context, admit, cancellation)
                : throw service.Protocols[0].NotImplemented(service, Model);

        private async Task<IShape> CallAsync(
            TRequest typed,
            ServiceModel service,
            CallContext context,
            Func<IShape, ValueTask>? admit,
            CancellationToken cancellation
        )
        {
            var validator = new ShapeValidator(service.Validation);
            typed.Validate(validator);
            validator.ThrowIfAny();
            if (admit is not null)
                await admit(typed);
            return await call(typed, context, cancellation);
        }
    }
}

/// <summary>The operations of one service, found by name.</summary>
public abstract class ServiceDispatcher
{
    /// <summary>What is read of contracts and implementations while the program runs, so that it stays in a program
    /// that is compiled ahead of time.</summary>
    public const DynamicallyAccessedMemberTypes ReadMembers =
        DynamicallyAccessedMemberTypes.PublicMethods | DynamicallyAccessedMemberTypes.NonPublicMethods;

    private readonly Dictionary<string, OperationHandler> _handlers;
    private readonly Lazy<HashSet<string>> _implemented;

    /// <param name="model">The service's facts.</param>
    /// <param name="contract">The generated operation interface.</param>
    /// <param name="implementation">The class that implements it.</param>
    /// <param name="handlers">One handler per operation.</param>
    protected ServiceDispatcher(
        ServiceModel model,
        [DynamicallyAccessedMembers(ReadMembers)] Type contract,
        [DynamicallyAccessedMembers(ReadMembers)] Type implementation,
        OperationHandler[] handlers
    )
    {
        Model = model;
        _handlers = handlers.ToDictionary(handler => handler.Model.Name, StringComparer.Ordinal);
        _implemented = new(() => MethodsOf(contract, implementation));
        foreach (var handler in handlers)
            handler.IsImplemented = () => Implements(handler.Model.Name);
    }

    /// <summary>The service's facts.</summary>
    public ServiceModel Model { get; }

    /// <summary>
    /// A service that nobody has written: it knows its operations, and answers each that it is not there.
    /// </summary>
    /// <param name="model">The service's facts.</param>
    public static ServiceDispatcher Missing(ServiceModel model) => new NotWritten(model);

    /// <summary>The operations of the contract that have types, by name.</summary>
    public IEnumerable<OperationModel> Operations => _handlers.Values.Select(handler => handler.Model);

    /// <summary>
    /// The operation with this name, which may be one that nobody has written; null when AWS has none.
    /// </summary>
    public OperationHandler? Find(string operation) =>
        _handlers.GetValueOrDefault(operation)
        ?? (Model.Operations.Find(operation) is { } missing ? OperationHandler.Missing(missing) : null);

    /// <summary>Whether the implementation has a method of its own for the operation.</summary>
    public bool Implements(string operation) => _implemented.Value.Contains(operation + "Async");

    private ServiceDispatcher(ServiceModel model)
    {
        Model = model;
        _handlers = [];
        _implemented = new([]);
    }

    private sealed class NotWritten(ServiceModel model) : ServiceDispatcher(model);

    private static HashSet<string> MethodsOf(
        [DynamicallyAccessedMembers(ReadMembers)] Type contract,
        [DynamicallyAccessedMembers(ReadMembers)] Type implementation
    )
    {
        var map = implementation.GetInterfaceMap(contract);
        var own = map.InterfaceMethods.Zip(map.TargetMethods).Where(method => method.Second.DeclaringType != contract);
        return own.Select(method => method.First.Name).ToHashSet(StringComparer.Ordinal);
    }
}
