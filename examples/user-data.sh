#!/bin/bash
echo ECS_CLUSTER=subiendo-mi-contenedor >> /etc/ecs/ecs.config
