namespace Estiba.Contracts;

/// <summary>One operation as the gateway calls it: read, validate, call.</summary>
public abstract class OperationHandler(OperationModel model)
{
    /// <summary>The operation's facts.</summary>
    public OperationModel Model => model;

    /// <summary>Reads and validates the request, calls the operation and gives its answer.</summary>
    /// <exception cref="AwsException">The request breaks the contract, or the operation refuses it.</exception>
    public abstract Task<IShape> InvokeAsync(ShapeReader request, ServiceModel service, CallContext context, CancellationToken cancellation);

    /// <summary>Ties an operation to the method that implements it.</summary>
    public static OperationHandler Create<TRequest, TResponse>(OperationModel model, Func<TRequest, CallContext, CancellationToken, Task<TResponse>> call)
        where TRequest : IShape<TRequest>
        where TResponse : IShape<TResponse> => new Typed<TRequest, TResponse>(model, call);

    private sealed class Typed<TRequest, TResponse>(OperationModel model, Func<TRequest, CallContext, CancellationToken, Task<TResponse>> call)
        : OperationHandler(model)
        where TRequest : IShape<TRequest>
        where TResponse : IShape<TResponse>
    {
        public override async Task<IShape> InvokeAsync(ShapeReader request, ServiceModel service, CallContext context, CancellationToken cancellation)
        {
            var typed = TRequest.Read(request);
            (request as JsonShapeReader)?.End();
            var validator = new ShapeValidator(service.Validation);
            typed.Validate(validator);
            validator.ThrowIfAny();
            return await call(typed, context, cancellation);
        }
    }
}

/// <summary>The operations of one service, found by name.</summary>
/// <param name="model">The service's facts.</param>
/// <param name="contract">The generated operation interface.</param>
/// <param name="implementation">The class that implements it.</param>
/// <param name="handlers">One handler per operation.</param>
public abstract class ServiceDispatcher(ServiceModel model, Type contract, Type implementation, OperationHandler[] handlers)
{
    private readonly Dictionary<string, OperationHandler> _handlers = handlers.ToDictionary(handler => handler.Model.Name, StringComparer.Ordinal);

    /// <summary>The service's facts.</summary>
    public ServiceModel Model => model;

    /// <summary>All operations of the contract, by name.</summary>
    public IEnumerable<OperationModel> Operations => handlers.Select(handler => handler.Model);

    /// <summary>The operation with this name, or null.</summary>
    public OperationHandler? Find(string operation) => _handlers.GetValueOrDefault(operation);

    /// <summary>Whether the implementation has a method of its own for the operation.</summary>
    public bool Implements(string operation)
    {
        var map = implementation.GetInterfaceMap(contract);
        var index = Array.FindIndex(map.InterfaceMethods, method => method.Name == operation + "Async");
        return index >= 0 && map.TargetMethods[index].DeclaringType != contract;
    }
}
