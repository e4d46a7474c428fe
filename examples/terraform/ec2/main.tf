# EC2 as far as container hosts need it: a key pair, security groups with rules of both kinds, the default VPC, an instance.
# The endpoint and the keys come from the environment: AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION ('estiba env' prints them).
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }
}

provider "aws" {
  skip_requesting_account_id  = false
  skip_metadata_api_check     = true
  skip_region_validation      = true
  skip_credentials_validation = true
}

# 1, then 2: the second changes something of every resource.
variable "revision" {
  type    = number
  default = 1
}

locals {
  tags = { revision = tostring(var.revision) }
}

data "aws_availability_zones" "all" {
  state = "available"
}

data "aws_vpc" "default" {
  default = true
}

data "aws_subnets" "default" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.default.id]
  }
}

data "aws_ami" "host" {
  most_recent = true
  owners      = ["amazon"]

  filter {
    name   = "name"
    values = ["al2023-ami-ecs-hvm-*-x86_64"]
  }
}

data "aws_ec2_instance_type" "host" {
  instance_type = "t3.small"
}

resource "aws_default_vpc" "default" {
  enable_dns_hostnames = var.revision == 1
  tags                 = local.tags
}

resource "aws_default_subnet" "first" {
  availability_zone       = data.aws_availability_zones.all.names[0]
  map_public_ip_on_launch = var.revision == 1
  tags                    = local.tags
}

resource "aws_default_security_group" "default" {
  vpc_id = aws_default_vpc.default.id
  tags   = local.tags

  ingress {
    protocol  = "-1"
    self      = true
    from_port = 0
    to_port   = 0
  }

  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_key_pair" "host" {
  key_name   = "example-host"
  public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4 example"
  tags       = local.tags
}

resource "aws_security_group" "inline" {
  name        = "example-inline"
  description = "Rules that belong to the group"
  vpc_id      = data.aws_vpc.default.id
  tags        = local.tags

  ingress {
    description = "web, revision ${var.revision}"
    protocol    = "tcp"
    from_port   = 80
    to_port     = var.revision == 1 ? 80 : 81
    cidr_blocks = ["10.0.0.0/8", "192.168.0.0/16"]
  }

  ingress {
    protocol         = "icmp"
    from_port        = -1
    to_port          = -1
    ipv6_cidr_blocks = ["2001:db8::/32"]
  }

  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_security_group" "separate" {
  name        = "example-separate"
  description = "Rules that are resources of their own"
  vpc_id      = data.aws_vpc.default.id
  tags        = local.tags
}

resource "aws_vpc_security_group_ingress_rule" "from_inline" {
  security_group_id            = aws_security_group.separate.id
  referenced_security_group_id = aws_security_group.inline.id
  ip_protocol                  = "tcp"
  from_port                    = 8080
  to_port                      = 8080
  description                  = "revision ${var.revision}"
  tags                         = local.tags
}

resource "aws_vpc_security_group_egress_rule" "anywhere" {
  security_group_id = aws_security_group.separate.id
  ip_protocol       = var.revision == 1 ? "-1" : "udp"
  from_port         = var.revision == 1 ? null : 53
  to_port           = var.revision == 1 ? null : 53
  cidr_ipv4         = "0.0.0.0/0"
  tags              = local.tags
}

resource "aws_instance" "host" {
  ami                         = data.aws_ami.host.id
  instance_type               = data.aws_ec2_instance_type.host.instance_type
  subnet_id                   = data.aws_subnets.default.ids[0]
  key_name                    = aws_key_pair.host.key_name
  vpc_security_group_ids      = var.revision == 1 ? [aws_security_group.inline.id] : [aws_security_group.inline.id, aws_security_group.separate.id]
  monitoring                  = var.revision == 2
  source_dest_check           = var.revision == 1
  disable_api_stop            = var.revision == 2
  user_data_replace_on_change = true

  credit_specification {
    cpu_credits = var.revision == 1 ? "unlimited" : "standard"
  }

  metadata_options {
    http_tokens                 = var.revision == 1 ? "required" : "optional"
    http_put_response_hop_limit = var.revision
  }

  root_block_device {
    volume_size = 30
    volume_type = "gp3"
    tags        = local.tags
  }

  user_data = <<-END
    #!/bin/bash
    echo ECS_CLUSTER=default >> /etc/ecs/ecs.config
  END

  tags = local.tags
}

# Of a subnet that nothing else here manages: two owners of one tag set would take turns.
resource "aws_ec2_tag" "subnet" {
  resource_id = data.aws_subnets.default.ids[1]
  key         = "owner"
  value       = "revision ${var.revision}"
}

data "aws_instances" "running" {
  instance_state_names = ["running"]

  filter {
    name   = "instance-id"
    values = [aws_instance.host.id]
  }
}

output "addresses" {
  value = data.aws_instances.running.private_ips
}
